/** Maps made by hand, whose product one can compute on paper; the scaling against TensorFlow.js’s. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.ts';
import { scaled, visualBackprop } from './visual-backprop.ts';

const layer = (height: number, width: number, channels: number, values: number[]) => ({
  height,
  width,
  channels,
  values: Float32Array.from(values),
});
const plain = { perChannel: false, height: 2, width: 2 };

describe('VisualBackprop', () => {
  it('averages channels, multiplies layer by layer, and scales to 0..1', () => {
    // Averages 2 4 6 8 and 1 0 1 2: products 2 0 6 16, of which 16 becomes 1
    const first = layer(2, 2, 2, [1, 3, 4, 4, 12, 0, 8, 8]);
    const last = layer(2, 2, 1, [1, 0, 1, 2]);
    expect([...visualBackprop([first, last], 1, plain)]).toEqual([2 / 16, 0, 6 / 16, 1]);
  });

  it('scales the later layer up to the earlier one: one number everywhere, four by hand', () => {
    const first = layer(2, 2, 1, [1, 2, 3, 5]);
    const everywhere = visualBackprop([first, layer(1, 1, 1, [7])], 1, plain);
    expect([...everywhere]).toEqual([0, 0.25, 0.5, 1]);
    // A row of 0 and 4 at four places: 0 1 3 4
    const row = { perChannel: false, height: 1, width: 4 };
    const found = visualBackprop([layer(1, 4, 1, [1, 1, 1, 1]), layer(1, 2, 1, [0, 4])], 1, row);
    expect([...found]).toEqual([0, 0.25, 0.75, 1]);
  });

  it('with the head’s way no channel drowns the others', () => {
    // Channels 1 0 and 0 1000: divided by their maxima both count alike.
    const found = visualBackprop([layer(1, 2, 2, [1, 0, 0.5, 1000])], 1, {
      perChannel: true,
      height: 1,
      width: 2,
    });
    // averages ½·1/1.0001 and ½·(0.5/1.0001 + 1000/1000.0001): the smaller is 0, the larger 1
    expect([...found]).toEqual([0, 1]);
    const three = visualBackprop([layer(1, 3, 2, [1, 0, 0, 1000, 0, 0])], 1, {
      perChannel: true,
      height: 1,
      width: 3,
    });
    expect(three[0]).toBeCloseTo(1, 3);
    expect(three[1]).toBeCloseTo(1, 3);
    expect(three[2]).toBe(0);
  });

  it('treats every frame on its own', () => {
    const two = visualBackprop([layer(1, 2, 1, [1, 2, 30, 10]), layer(1, 2, 1, [1, 1, 1, 1])], 2, {
      perChannel: false,
      height: 1,
      width: 2,
    });
    expect([...two]).toEqual([0, 1, 1, 0]);
  });

  it('is 0 where nothing is to be told apart, also where nothing is active', () => {
    for (const value of [0, 3]) {
      const flat = visualBackprop([layer(2, 2, 1, [value, value, value, value])], 1, plain);
      expect([...flat]).toEqual([0, 0, 0, 0]);
    }
  });
});

describe('scaling', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each([
    [10, 25, 20, 50],
    [39, 100, 78, 200],
    [4, 19, 6, 21],
    [3, 3, 3, 7],
  ])('of %d×%d to %d×%d is TensorFlow’s with half-pixel centres', (h, w, H, W) => {
    const map = Float32Array.from({ length: h * w }, (_, i) => Math.sin(i * i));
    const expected = tf.image.resizeBilinear(tf.tensor4d(map, [1, h, w, 1]), [H, W], false, true).dataSync();
    const found = scaled(map, { height: h, width: w }, { height: H, width: W });
    expect(found).toHaveLength(expected.length);
    for (const [n, value] of expected.entries()) expect(found[n]).toBeCloseTo(value, 5);
  });
});
