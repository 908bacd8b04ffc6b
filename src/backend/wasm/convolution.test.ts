/**
 * The embedded backend's convolutions and their gradients, reached through tfjs's own `tf.conv2d` and
 * `tf.grads`, against tfjs's cpu backend.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { registerWasm } from '../wasm.ts';

type Padding = Parameters<typeof tf.conv2d>[3];

interface Case {
  frames: number;
  size: [number, number];
  channels: [number, number];
  kernel: [number, number];
  strides: [number, number];
  pad: Padding;
}

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // tfjs then also fails on a kernel that leaves tensors behind
  await registerWasm();
});

/** Entries in −1..1 that are the same on every run (a quadratic sequence modulo a prime). */
function entries(shape: number[], seed: number): tf.Tensor4D {
  const values = Float32Array.from(
    { length: tf.util.sizeFromShape(shape) },
    (_, i) => ((i * i * 31 + i * 17 + seed * 101) % 1009) / 504 - 1,
  );
  return tf.tensor(values, shape as [number, number, number, number]);
}

/** Output and both gradients of a convolution. */
async function compute(backend: string, { frames, size, channels, kernel, strides, pad }: Case) {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const x = entries([frames, ...size, channels[0]], 1);
    const filter = entries([...kernel, ...channels], 2);
    const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad);
    const y = convolve(x, filter);
    const [dx, dw] = tf.grads(convolve)([x, filter], entries(y.shape, 3));
    return { y: y.dataSync(), dx: dx.dataSync(), dw: dw.dataSync() };
  });
}

/** Largest difference relative to the largest expected entry. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let [largest, difference] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    const here = Math.abs(actual[i] - expected[i]);
    if (!(here <= difference)) difference = here;
  }
  return largest === 0 ? difference : difference / largest;
}

async function expectEqualBackends(convolution: Case): Promise<void> {
  const expected = await compute('cpu', convolution);
  const actual = await compute('wasm', convolution);
  for (const name of ['y', 'dx', 'dw'] as const) {
    expect(difference(actual[name], expected[name]), name).toBeLessThan(1e-5);
  }
}

const explicit: Padding = [
  [0, 0],
  [2, 1],
  [0, 3],
  [0, 0],
];

for (const stride of [1, 2, 3]) {
  for (const size of [12, 13]) {
    for (const pad of ['same', 'valid', 1, explicit] as Padding[]) {
      for (const kernel of [3, 4, 5]) {
        const name = `${size}×${size + 1} frames, kernel ${kernel}, stride ${stride}, padding ${JSON.stringify(pad)}`;
        test(`convolution and gradients equal the cpu backend's: ${name}`, () =>
          expectEqualBackends({
            frames: 3,
            size: [size, size + 1],
            channels: [3, 5],
            kernel: [kernel, kernel],
            strides: [stride, stride],
            pad,
          }));
      }
    }
  }
}

test.each([
  { size: [20, 30], channels: [3, 24], kernel: [5, 5], strides: [2, 2] },
  { size: [9, 12], channels: [24, 36], kernel: [5, 5], strides: [2, 2] },
  { size: [4, 6], channels: [48, 64], kernel: [3, 3], strides: [1, 1] },
  { size: [5, 6], channels: [64, 8], kernel: [3, 3], strides: [1, 1] },
] as Omit<Case, 'frames' | 'pad'>[])('the layers of the head equal the cpu backend: %o', (layer) =>
  expectEqualBackends({ ...layer, frames: 2, pad: 'same' }),
);

test('a stride larger than the kernel leaves the skipped inputs without gradient', async () => {
  const convolution: Case = {
    frames: 1,
    size: [7, 7],
    channels: [1, 2],
    kernel: [2, 2],
    strides: [3, 3],
    pad: 'valid',
  };
  const { dx } = await compute('wasm', convolution);
  const rows = [0, 1, 2, 3, 4, 5, 6].map((h) => [...dx.slice(7 * h, 7 * h + 7)].some((entry) => entry !== 0));
  expect(rows).toEqual([true, true, false, true, true, false, false]);
  await expectEqualBackends(convolution);
});

test('convolutions of any shape, stride and padding equal the cpu backend', async () => {
  const upTo = (most: number) => fc.integer({ min: 1, max: most });
  const sides = fc.tuple(fc.nat(3), fc.nat(3));
  const pad = fc.oneof(
    fc.constantFrom<Padding>('same', 'valid'),
    fc.nat(3),
    fc.tuple(sides, sides).map(([rows, columns]): Padding => [[0, 0], rows, columns, [0, 0]]),
  );
  const convolution = fc.record({
    frames: upTo(6),
    size: fc.tuple(upTo(9), upTo(9)),
    channels: fc.tuple(upTo(5), upTo(14)),
    kernel: fc.tuple(upTo(5), upTo(5)),
    strides: fc.tuple(upTo(3), upTo(3)),
    pad,
  });
  const added = (pad: Padding, axis: 1 | 2) =>
    typeof pad === 'number' ? 2 * pad : typeof pad === 'string' ? 0 : pad[axis][0] + pad[axis][1];
  // With a number as padding tfjs sizes both axes of the output by the kernel's height.
  const spans = ({ kernel, pad }: Case) =>
    typeof pad === 'number' ? [Math.max(...kernel), Math.max(...kernel)] : kernel;
  const fits = (given: Case) =>
    given.pad === 'same' ||
    [0, 1].every((a) => given.size[a] + added(given.pad, (a + 1) as 1 | 2) >= spans(given)[a]);
  await fc.assert(fc.asyncProperty(convolution.filter(fits), expectEqualBackends), { numRuns: 200 });
});

test.each(['linear', 'relu', 'elu'] as const)(
  'convolution, bias and %s in one equal the three one after another',
  async (activation) => {
    await tf.setBackend('wasm');
    tf.tidy(() => {
      const [x, filter] = [entries([2, 7, 9, 3], 1), entries([3, 3, 3, 5], 2)];
      const bias: tf.Tensor1D = tf.tensor1d([-2, -1, 0, 1, 2]);
      const fused = tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation });
      const sum = tf.add(tf.conv2d(x, filter, 1, 'same'), bias);
      const expected = activation === 'linear' ? sum : activation === 'relu' ? tf.relu(sum) : tf.elu(sum);
      expect(difference(fused.dataSync(), expected.dataSync())).toBeLessThan(1e-5);
    });
  },
);

test('a dilated convolution is left to the package and equals the cpu backend', async () => {
  const results: Float32Array[] = [];
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    const y = tf.tidy(() =>
      tf.conv2d(entries([2, 9, 9, 3], 1), entries([3, 3, 3, 4], 2), 1, 'same', 'NHWC', 2),
    );
    results.push(y.dataSync<'float32'>());
    y.dispose();
  }
  expect(difference(results[1], results[0])).toBeLessThan(1e-5);
});

test('gradients of channels-first tensors are refused by name', async () => {
  await tf.setBackend('wasm');
  const [x, dy] = [entries([1, 3, 5, 5], 1), entries([1, 2, 3, 3], 2)];
  const attributes = { strides: [1, 1], pad: 'valid', dataFormat: 'NCHW', filterShape: [3, 3, 3, 2] };
  expect(() =>
    tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, attributes as unknown as tf.NamedAttrMap),
  ).toThrow("wasm backend Conv2DBackpropFilter does not support dataFormat 'NCHW'");
  tf.dispose([x, dy]);
});

test('two hundred training steps of a convolution leave no tensor and no memory behind', async () => {
  const convolution: Case = {
    frames: 5,
    size: [12, 16],
    channels: [3, 8],
    kernel: [5, 5],
    strides: [2, 2],
    pad: 'same',
  };
  await compute('wasm', convolution);
  const backend = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array }; numDataIds(): number };
  const before = [tf.memory().numTensors, backend.numDataIds(), backend.wasm.HEAPU8.length];
  for (let step = 0; step < 200; step++) await compute('wasm', convolution);
  expect([tf.memory().numTensors, backend.numDataIds(), backend.wasm.HEAPU8.length]).toEqual(before);
});

test('a convolution of integers is refused by name', async () => {
  await tf.setBackend('wasm');
  const x: tf.Tensor4D = tf.ones([1, 3, 3, 1], 'int32');
  const filter: tf.Tensor4D = tf.ones([3, 3, 1, 1]);
  const attributes = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };
  expect(() =>
    tf.engine().runKernel('Conv2D', { x, filter }, attributes as unknown as tf.NamedAttrMap),
  ).toThrow('wasm backend Conv2D needs float32 tensors, but x is int32');
  tf.dispose([x, filter]);
});
