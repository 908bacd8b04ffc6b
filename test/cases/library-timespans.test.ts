/**
 * Elapsed times belong to the sequences of a batch, never to the units, also where there are as many of both: each sequence
 * comes out of a batch as it does alone, and as the equations give it (docs/pipeline.md §3), computed here without tensors.
 */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { LTC } from '../../src/library/ltc.ts';
import { FullyConnected } from '../../src/models/wiring/fully-connected.ts';

const [T, S, U, M, UNFOLDS] = [5, 3, 8, 2, 6];

beforeAll(async () => {
  await useBackend('wasm');
});

const sequence = (b: number) =>
  Array.from({ length: T }, (_, t) => [
    ...Array.from({ length: S }, (_, s) => Math.sin(b + 2 * t + 3 * s)),
    0.05 + ((7 * b + 3 * t) % 11) / 5,
  ]);

/** The semi-implicit solver for one sequence. @returns [T,M] */
function solved(layer: LTC, steps: readonly number[][]): number[][] {
  const weight = (name: string) => {
    const found = layer.ltcCell.weights.find(({ originalName }) => originalName.split('/').at(-1) === name);
    if (!found) throw new Error(`no weight ${name}`);
    return Array.from(found.read().dataSync());
  };
  const parameter = (prefix: string) =>
    ['w', 'mu', 'sigma', 'erev'].map((name) => weight(prefix + name)) as [
      number[],
      number[],
      number[],
      number[],
    ];
  const [sensory, neural] = [parameter('sensory_'), parameter('')];
  const [gleak, vleak, cm] = ['gleak', 'vleak', 'cm'].map(weight);
  const [inputW, inputB, outputW, outputB] = ['input_w', 'input_b', 'output_w', 'output_b'].map(weight);
  /** What flows into a unit from these sources: with and without the reversal potentials. */
  const flow = (from: readonly number[], [w, mu, sigma, erev]: typeof neural, unit: number) =>
    from.reduce(
      ([current, conductance], value, source) => {
        const at = source * U + unit;
        const open = erev[at] === 0 ? 0 : w[at] / (1 + Math.exp(-sigma[at] * (value - mu[at])));
        return [current + open * erev[at], conductance + open];
      },
      [0, 0],
    );
  let v = new Array<number>(U).fill(0);
  return steps.map((step) => {
    const inputs = step.slice(0, S).map((x, s) => x * inputW[s] + inputB[s]);
    for (let k = 0; k < UNFOLDS; k++) {
      v = v.map((potential, unit) => {
        const c = cm[unit] / (step[S] / UNFOLDS);
        const [a, b] = [flow(inputs, sensory, unit), flow(v, neural, unit)];
        return (
          (c * potential + gleak[unit] * vleak[unit] + a[0] + b[0]) / (c + gleak[unit] + a[1] + b[1] + 1e-8)
        );
      });
    }
    return v.slice(0, M).map((potential, m) => potential * outputW[m] + outputB[m]);
  });
}

it.each([1, 4, U])('of %i sequences', (B) => {
  const wiring = new FullyConnected({ units: U, outputs: M });
  const layer = new LTC({ wiring, returnSequences: true, elapsedInInputs: true, seed: 5 });
  const batch = Array.from({ length: B }, (_, b) => sequence(b));
  const together = (layer.apply(tf.tensor3d(batch)) as tf.Tensor3D).arraySync();
  for (const [b, steps] of batch.entries()) {
    const [alone] = (layer.apply(tf.tensor3d([steps])) as tf.Tensor3D).arraySync();
    const expected = solved(layer, steps).flat();
    for (const [n, value] of together[b].flat().entries()) {
      expect(value).toBeCloseTo(alone.flat()[n], 5);
      expect(value).toBeCloseTo(expected[n], 4);
    }
  }
});
