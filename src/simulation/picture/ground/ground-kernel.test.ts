import { expect, it } from 'vitest';
import { stream } from '../../../random/stream.ts';
import type { Scene } from '../scene.ts';
import { ENTRIES, FIELDS } from './cross-section.ts';
import { GroundKernel } from './ground-kernel.ts';
import { STRIP_WIDTH } from './strip.ts';

/** Odd, so that the last pair of pixels is half a pair. */
const WIDTH = 37;
const LENGTH = 50;
const draws = stream(7, 'ground kernel');
const integers = (count: number, low: number, high: number) =>
  Array.from({ length: count }, () => draws.integer(low, high));

const tone = Uint8Array.from(integers(LENGTH * STRIP_WIDTH, 0, 256));
const sun = Uint8Array.from(integers(LENGTH * STRIP_WIDTH, 0, 256));
const plain = [0, 1].map(() => Int16Array.from(integers(ENTRIES * FIELDS, 0, 4081)));
for (const table of plain) {
  for (let e = 0; e < table.length; e += FIELDS) table.set(integers(2, 0, 300), e + 3); // shares of noise
}
const tile = (size: number) => ({
  size,
  levels: [size, size / 2, size / 4].map((side) => Int8Array.from(integers(side * side, -127, 128))),
});
const [fine, coarse] = [tile(64), tile(16)];
const scene = { strip: { length: LENGTH, tone, sun }, section: { plain }, fine, coarse } as unknown as Scene;

it('reckons light and colour as the formulas of ground-row.ts do', () => {
  const kernel = new GroundKernel(scene, WIDTH);
  const { along, across, frayed, x, y, factors } = kernel;
  along.set(integers(WIDTH, 0, 128 * (LENGTH + 5))); // some beyond the strip's end
  across.set(integers(WIDTH, 64, (STRIP_WIDTH - 1) * 128 + 63));
  frayed.set(across.map((place) => place + draws.integer(-30, 31)));
  x.set(integers(WIDTH, -5000, 5000));
  y.set(integers(WIDTH, -5000, 5000));
  const [shades, spots, tint, veil] = [
    [4096, 3973, 3604],
    [4915, 3686, 2458],
    [4000, 3800, 3600],
    [10, 40, 90],
  ];
  kernel.shades.set(shades);
  kernel.spots.set(spots);
  kernel.tint.set(tint);
  kernel.veil.set(veil);
  const shade = 4500;
  kernel.light(0, WIDTH, shade, 1, 2, 4);
  kernel.colour(0, WIDTH, 1, 1);

  const noise = (levels: readonly Int8Array[], size: number, level: number, shift: number, u: number) => {
    const side = size >> level;
    return levels[level][((y[u] >> shift) & (side - 1)) * side + ((x[u] >> shift) & (side - 1))];
  };
  for (let u = 0; u < WIDTH; u++) {
    const e = (frayed[u] >> 3) * FIELDS; // 640 steps and 80 entries a metre
    const even = u - (u % 2);
    const f = (even / 2) * 4;
    if (u === even) {
      const i = Math.min(along[u] >> 7, LENGTH - 2);
      const j = (across[u] - 64) >> 7;
      const [p, q] = [(along[u] & 127) / 128, ((across[u] - 64) & 127) / 128];
      const bilinear = (from: Uint8Array) => {
        const at = i * STRIP_WIDTH + j;
        const near = from[at] * (1 - q) + from[at + 1] * q;
        return near * (1 - p) + (from[at + STRIP_WIDTH] * (1 - q) + from[at + STRIP_WIDTH + 1] * q) * p;
      };
      const toned = Math.floor(bilinear(tone) * 32);
      const dark = ((255 * 128 - Math.floor(bilinear(sun) * 128)) * shade) >> 16;
      const spot = (plain[1][e + 4] * noise(coarse.levels, 16, 2, 6, u)) >> 3;
      for (let c = 0; c < 3; c++) {
        const shaded = (toned * (4096 - ((dark * shades[c]) >> 12))) >> 12;
        const spotted = (shaded * (4096 + ((spot * spots[c]) >> 12))) >> 12;
        expect(factors[f + c]).toBe((spotted * tint[c]) >> 12);
      }
    }
    const grain = 4096 + ((plain[1][e + 3] * noise(fine.levels, 64, 1, 1, u)) >> 3);
    for (let c = 0; c < 3; c++) {
      const seen = ((((plain[1][e + c] * grain) >> 12) * factors[f + c]) >> 16) + veil[c];
      expect(kernel.row[3 * u + c]).toBe(Math.max(0, Math.min(seen, 255)));
    }
  }
});
