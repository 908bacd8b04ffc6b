/** The shadow's line, mask and result against OpenCV 4.1's, for the 24 draws of shadow.h5. */
import { join } from 'node:path';
import { type Dataset, File } from 'h5wasm/node';
import { describe, expect, it } from 'vitest';
import { ShadowCaster, type ShadowDraw, shadowEnds } from '../src/augment/shadow.ts';
import { expectClose, Fixture, GOLDEN } from './golden.ts';

const [HEIGHT, WIDTH] = [78, 200];
const PIXELS = HEIGHT * WIDTH;
const fixture = new Fixture('shadow.h5');
// As doubles: an angle rounded to float32 would move an end point.
const rows = (new File(join(GOLDEN, 'shadow.h5'), 'r').get('draws') as Dataset).value as Float64Array;
const draws = Array.from({ length: rows.length / 6 }, (_, n): ShadowDraw => {
  const [thickness, kernel, angle, offsetX, offsetY, gamma] = rows.subarray(6 * n, 6 * n + 6);
  return { thickness, kernel: kernel as ShadowDraw['kernel'], angle, offsetX, offsetY, gamma };
});

describe('shadow', () => {
  it('ends its line where the original does', () => {
    const ends = draws.flatMap((draw) => {
      const { from, to } = shadowEnds(draw, HEIGHT, WIDTH);
      return [from.x, from.y, to.x, to.y].map((end) => end + 0); // 0 for −0
    });
    expect(ends).toEqual(Array.from(fixture.get('end_points').data));
  });

  it('has the mask of OpenCV, pixel for pixel', () => {
    const caster = new ShadowCaster(HEIGHT, WIDTH);
    const masks = draws.flatMap((draw) => Array.from(caster.mask(draw)));
    expectClose('masks', masks, fixture.get('masks'), 1e-6);
  });

  it('has the augmented frames of the original', () => {
    const caster = new ShadowCaster(HEIGHT, WIDTH);
    const frames = Uint8Array.from(fixture.get('frames').data);
    const out = Float32Array.from(frames);
    const size = PIXELS * 3;
    for (let start = 0, n = 0; start < frames.length; start += size, n++) {
      caster.cast(draws[n], frames.subarray(start, start + size), out.subarray(start, start + size));
    }
    expectClose(
      'results',
      out.map((value) => value / 255),
      fixture.get('results'),
      1e-6,
    );
  });
});
