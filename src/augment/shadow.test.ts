import { describe, expect, it } from 'vitest';
import { stream } from '../random/stream.ts';
import { drawShadow, ShadowCaster, type ShadowDraw } from './shadow.ts';

const PAPER = { shadowGamma: 1, darkeningRatio: 0.66 };
const draws = Array.from({ length: 20_000 }, (_, n) => drawShadow(stream(1, 'shadow', n), PAPER));
const range = (of: (draw: ShadowDraw) => number) => {
  const values = draws.map(of);
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
};

describe('drawing a shadow', () => {
  it('covers the ranges of the paper to their ends', () => {
    expect(range((draw) => draw.thickness)).toEqual([10, 99]);
    expect(range((draw) => draw.offsetX)).toEqual([-100, 99]);
    expect(range((draw) => draw.offsetY)).toEqual([-30, 29]);
    expect(new Set(draws.map((draw) => draw.kernel))).toEqual(new Set([3, 5, 7]));
    const [least, most] = range((draw) => draw.angle);
    expect(least).toBeGreaterThanOrEqual(0);
    expect(least).toBeLessThan(0.01);
    expect(most).toBeGreaterThan(Math.PI - 0.01);
    expect(most).toBeLessThan(Math.PI);
  });

  it('darkens with the given probability, by up to 1 + gamma, and lightens by the inverse', () => {
    const darkening = draws.filter(({ gamma }) => gamma >= 1).length / draws.length;
    expect(darkening).toBeCloseTo(0.66, 1.5);
    const [least, most] = range((draw) => draw.gamma);
    expect(least).toBeGreaterThan(0.5);
    expect(least).toBeLessThan(0.51);
    expect(most).toBeGreaterThan(1.99);
    expect(most).toBeLessThan(2);
  });
});

describe('casting a shadow', () => {
  const [HEIGHT, WIDTH] = [78, 200];
  const caster = new ShadowCaster(HEIGHT, WIDTH);
  const frame = Uint8Array.from({ length: HEIGHT * WIDTH * 3 }, (_, i) => (i * 37) % 256);

  it('mixes frame^gamma into the frame by the mask, and leaves the rest alone', () => {
    for (const draw of draws.slice(0, 50)) {
      const mask = caster.mask(draw);
      const out = new Float32Array(frame.length).fill(-1);
      caster.cast(draw, frame, out);
      let worst = 0;
      frame.forEach((value, i) => {
        const m = mask[Math.floor(i / 3)];
        const expected = m === 0 ? -1 : m * 255 * (value / 255) ** draw.gamma + (1 - m) * value;
        worst = Math.max(worst, Math.abs(out[i] - expected));
      });
      expect(worst).toBeLessThan(1e-4); // of 255, in float32
    }
  });
});
