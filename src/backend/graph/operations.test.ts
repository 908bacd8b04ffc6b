/** An operation of several nodes, run by TensorFlow; the rest is tested where the graphs of the models are. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { requirement } from '../../../test/require.ts';
import { stream } from '../../random/stream.ts';
import { useBackend } from '../choose.ts';
import { Graph } from './graph.ts';
import { cast, convBiasGradient } from './operations.ts';
import { loadProgram } from './program.ts';

const native = requirement('tensorflow');
const [N, H, W, C] = [16, 39, 100, 24];

describe.skipIf(!native.present)(native.title('convBiasGradient'), () => {
  beforeAll(async () => {
    await useBackend('tensorflow');
  });

  // 62,400 numbers are added up; one by one in bfloat16 the sum would stop at 256.
  it.each([
    ['float32', 1e-6],
    ['bfloat16', 4e-3],
  ] as const)('adds up over frames and places, in %s', (dtype, tolerance) => {
    const values = new Float32Array(N * H * W * C);
    stream(1, 'gradient').fillUniform(values, 0, 1);
    const g = new Graph();
    const input = g.input('dz', 'float32');
    g.signature('sum', [input], [convBiasGradient(g, cast(g, input, dtype), H, W, C)]);
    const program = loadProgram(g);
    const dz = tf.tensor4d(values, [N, H, W, C]);
    const [sums] = program.run('sum', [dz]);
    expect(sums.shape).toEqual([C]);
    for (const [c, sum] of sums.dataSync().entries()) {
      let expected = 0;
      for (let n = c; n < values.length; n += C) expected += values[n];
      expect(Math.abs(sum / expected - 1), `channel ${c}`).toBeLessThan(tolerance);
    }
    tf.dispose([dz, sums]);
    program.dispose();
  });
});
