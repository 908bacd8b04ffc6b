import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeBackends } from '../../test/backends.ts';
import { useBackend } from '../backend/choose.ts';
import { CROP_BYTES } from '../data/frames/crop.ts';
import type { CroppedFrames } from '../data/frames/cropped-frames.ts';
import { judgeFrames, type Model, unrollModel } from '../models/model.ts';
import { buildModel } from '../models/registry.ts';
import { type ModelName, modelOptions } from '../options/schema.ts';
import { stream } from '../random/stream.ts';
import { resets } from './seen-frames.ts';
import { stateNames, stateWidths, type TraceOptions, traceModel } from './trace.ts';

const N = 7;

function recording(columns: Partial<CroppedFrames> = {}): CroppedFrames {
  const bytes = new Uint8Array(N * CROP_BYTES);
  const draws = stream(1, 'frames');
  for (let i = 0; i < bytes.length; i += 4) bytes.fill(draws.integer(0, 256), i, i + 4);
  return {
    path: 'made.h5',
    frames: N,
    labels: undefined,
    autonomous: undefined,
    timestamps: Float64Array.from({ length: N }, (_, n) => n / 30),
    ...columns,
    read: async (first, count, out) =>
      out.set(bytes.subarray(first * CROP_BYTES, (first + count) * CROP_BYTES)),
    close: () => {},
  };
}

const modelOf = (model: ModelName): Model => buildModel(modelOptions.parse({ model, lstm_size: 9 }), 3);

async function traced(model: Model, source: CroppedFrames, options: TraceOptions = {}) {
  const rows = {
    frames: [] as number[],
    outputs: [] as number[],
    sensory: [] as number[],
    states: new Map(stateNames(model).map((name) => [name, [] as number[]])),
  };
  for await (const slice of traceModel(model, source, options)) {
    rows.frames.push(...Array.from({ length: slice.count }, (_, n) => slice.first + n));
    rows.outputs.push(...slice.outputs);
    rows.sensory.push(...(slice.sensory ?? []));
    for (const [name, values] of slice.states) rows.states.get(name)?.push(...values);
  }
  return rows;
}

/** One frame after the other, as the archive does it. */
async function frameByFrame(model: Model, source: CroppedFrames, isReset: Uint8Array) {
  const outputs: number[] = [];
  const states: number[][] = [];
  if (model.kind === 'frame') {
    const bytes = new Uint8Array(N * CROP_BYTES);
    await source.read(0, N, bytes);
    const x = tf.tensor4d(Float32Array.from(bytes), [N, 78, 200, 3]);
    return { outputs: [...judgeFrames(model, x).dataSync()], states };
  }
  let state: readonly tf.Tensor2D[] = [];
  for (let n = 0; n < N; n++) {
    const bytes = new Uint8Array(CROP_BYTES);
    await source.read(n, 1, bytes);
    const x = tf.tensor4d(Float32Array.from(bytes), [1, 78, 200, 3]);
    if (isReset[n]) state = model.cell.initialState(1);
    const step = unrollModel(model, x, state);
    state = step.state;
    outputs.push(step.outputs.dataSync()[0]);
    states.push(state.flatMap((tensor) => [...tensor.dataSync()]));
  }
  return { outputs, states };
}

describeBackends('a replay', () => {
  // What each cell's trace holds is tested beside the cells.
  it.each(['wm', 'lstm', 'cnn'] as const)('of %s is what frame after frame would give', async (name) => {
    const model = modelOf(name);
    const source = recording({ autonomous: Uint8Array.from([1, 1, 0, 0, 1, 1, 1]) });
    const expected = await frameByFrame(model, source, resets(source));
    const widths = stateWidths(model);
    for (const slice of name === 'wm' ? [3, 128] : [3]) {
      const found = await traced(model, source, { slice });
      expect(found.frames).toEqual(Array.from({ length: N }, (_, n) => n));
      for (const [n, output] of expected.outputs.entries()) expect(found.outputs[n]).toBeCloseTo(output, 4);
      expect(found.sensory).toHaveLength(name === 'cnn' ? 0 : N * 32);
      let at = 0;
      for (const [n, [key, values]] of [...found.states].entries()) {
        expect(values, key).toHaveLength(N * widths[n]);
        for (const [t, all] of expected.states.entries()) {
          for (let j = 0; j < widths[n]; j++) expect(values[t * widths[n] + j]).toBeCloseTo(all[at + j], 4);
        }
        at += widths[n];
      }
    }
  });
});

describe('a replay', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it('names the states: neurons where there is one, c and h of lstm', () => {
    expect(stateNames(modelOf('lstm'))).toEqual(['c', 'h']);
    for (const name of ['wm', 'ctgru'] as const) expect(stateNames(modelOf(name)), name).toEqual(['neurons']);
  });

  it('as the published scripts do it has the states before each frame and no last frame', async () => {
    const model = modelOf('wm');
    const source = recording();
    const ours = await traced(model, source);
    const paper = await traced(model, source, { compat: 'paper', slice: 4 });
    expect(paper.frames).toHaveLength(N - 1);
    const U = 19;
    const states = paper.states.get('neurons') as number[];
    expect(states.slice(0, U)).toEqual(new Array(U).fill(0));
    for (const [n, value] of (ours.states.get('neurons') as number[]).slice(0, (N - 2) * U).entries()) {
      expect(states[U + n]).toBeCloseTo(value, 5);
    }
    for (let n = 0; n < N - 1; n++) expect(paper.outputs[n]).toBeCloseTo(ours.outputs[n], 5);
  });

  it('with noise sees other frames, the same ones every time', async () => {
    const model = modelOf('wm');
    const noise = { sigma: 0.2, seed: 1 };
    const [clean, noisy, again, other, paper] = await Promise.all(
      [
        {},
        { noise },
        { noise, slice: 3 },
        { noise: { sigma: 0.2, seed: 2 } },
        { noise, compat: 'paper' as const },
      ].map((options) => traced(model, recording(), options)),
    );
    expect(noisy.outputs).not.toEqual(clean.outputs);
    for (const [n, output] of noisy.outputs.entries()) expect(again.outputs[n]).toBeCloseTo(output, 5);
    expect(other.outputs).not.toEqual(noisy.outputs);
    expect(paper.outputs).not.toEqual(noisy.outputs.slice(0, -1));
  });

  it('leaves no tensors behind, also where one stops early', async () => {
    const model = modelOf('lstm');
    const before = tf.memory().numTensors;
    await traced(model, recording(), { slice: 4 });
    for await (const slice of traceModel(model, recording(), { slice: 4 })) if (slice.first === 4) break;
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('resets', () => {
  const at = (marks: Uint8Array) => Array.from(marks.keys()).filter((n) => marks[n] === 1);
  const times = (steps: number[]) => {
    let now = 0;
    return Float64Array.from([0, ...steps].map((step) => (now += step)));
  };
  const frames = 6;

  it('lie where more than a second passes, and where time goes back', () => {
    const timestamps = times([0.03, 1, 1.01, 0.03, -5]);
    expect(at(resets({ frames, timestamps, autonomous: undefined }))).toEqual([0, 3, 5]);
  });

  it('lie where frames are missing', () => {
    const source = { frames, timestamps: times([0.03, 0.03, 0.03, 0.03, 0.03]), autonomous: undefined };
    expect(at(resets({ ...source, sequenceStarts: [2, 5] }))).toEqual([0, 2, 5]);
    expect(at(resets({ ...source, sequenceStarts: [2, 5] }, 'paper'))).toEqual([0]);
  });

  it('lie where autonomous mode is off, and where it comes on', () => {
    const autonomous = Uint8Array.from([1, 1, 0, 0, 1, 1]);
    expect(at(resets({ frames, timestamps: undefined, autonomous }))).toEqual([0, 2, 3, 4]);
  });

  it('of the published scripts lie a frame before a jump, and where autonomous mode is off', () => {
    const timestamps = times([0.03, 0.03, 1.01, 0.03, -5]);
    const autonomous = Uint8Array.from([1, 1, 0, 0, 1, 1]);
    expect(at(resets({ frames, timestamps, autonomous: undefined }, 'paper'))).toEqual([0, 2]);
    expect(at(resets({ frames, timestamps: undefined, autonomous }, 'paper'))).toEqual([0, 2, 3]);
  });
});
