import { expect, it } from 'vitest';
import { describeBackends } from '../../../test/backends.ts';
import { CROP_BYTES } from '../../data/frames/crop.ts';
import { buildModel } from '../../models/registry.ts';
import { modelOptions } from '../../options/schema.ts';
import { MAP_SIZE, saliencyMaps } from './maps.ts';

/** A road of one grey with a bright bar, and the same without. */
function frames(): Float32Array {
  const values = new Float32Array(2 * CROP_BYTES).fill(60);
  for (let y = 30; y < 50; y++)
    for (let x = 120; x < 128; x++) values.fill(230, (y * 200 + x) * 3, (y * 200 + x) * 3 + 3);
  return values;
}

describeBackends('saliency maps', () => {
  it.each(['wm', 'cnn'] as const)('of %s light up where there is something to see', (name) => {
    const model = buildModel(modelOptions.parse({ model: name }), 1);
    const maps = saliencyMaps(model, frames());
    expect(maps).toHaveLength(2 * MAP_SIZE);
    const mean = (n: number, top: number, bottom: number, left: number, right: number) => {
      let sum = 0;
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) sum += maps[n * MAP_SIZE + y * 200 + x];
      return sum / ((bottom - top) * (right - left));
    };
    const first = maps.subarray(0, MAP_SIZE);
    expect([Math.min(...first), Math.max(...first)]).toEqual([0, 1]);
    expect(mean(0, 26, 54, 114, 134)).toBeGreaterThan(2 * mean(0, 10, 70, 20, 90));
  });
});
