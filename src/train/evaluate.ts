/**
 * Evaluation: how well a model steers on a split (docs/pipeline.md §1, "Evaluation").
 *
 * The split is walked in runs of consecutive chunks of L frames; the state is zero before a run and carried through it
 * (data/batches/evaluation-order.ts says where runs begin). The metric is the mean over chunks of the chunk's mean squared and
 * mean absolute error, unweighted. What does not depend on the frames before, the convolutions, is computed in large
 * batches; the cell then walks all runs at once, each a sequence of one batch.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { EvaluationRun } from '../data/batches/evaluation-order.ts';
import type { State } from '../models/cells/cell.ts';
import type { Model, RecurrentModel } from '../models/model.ts';
import { type Engine, FRAME_SIZE } from './engine.ts';

/** Mean squared error and mean absolute error, in label units. */
export interface Figures {
  readonly loss: number;
  readonly mae: number;
}

/** The frames of a split, one after the other, and their labels. */
export interface FrameSource {
  readonly frames: number;
  /** [frames], curvature × label scale */
  readonly labels: Float32Array;
  /** Copies `count` frames from `first` on to the start of `out`, uint8 [count,78,200,3]. */
  read(first: number, count: number, out: Uint8Array): void;
}

/** L, frames that are judged together, for each kind of run; docs/pipeline.md §1. */
export const CHUNK = { passive: 16, active: 32 } as const;

/** Frames in one batch of convolutions: memory, not speed, sets it. */
const BATCH = 128;

/**
 * Outputs for every frame of every run, in the order of the runs' chunks.
 *
 * @param L - frames in a chunk
 * @returns for each run its outputs [chunks·L]
 */
export async function predict(
  model: Model,
  engine: Engine,
  source: FrameSource,
  runs: readonly EvaluationRun[],
  L: number,
): Promise<Float32Array[]> {
  const width = model.kind === 'frame' ? 1 : model.cell.inputs;
  const perFrame = await computePerFrame(engine, source, runs.flat(), L, width);
  let at = 0;
  const ofRuns = runs.map((run) => {
    const rows = perFrame.subarray(at * width, (at + run.length * L) * width);
    at += run.length * L;
    return rows;
  });
  return model.kind === 'frame' ? ofRuns : walk(model, ofRuns);
}

/** @returns the means over all chunks @throws RangeError if there are none: whoever made the split refuses that */
export async function evaluate(
  model: Model,
  engine: Engine,
  source: FrameSource,
  runs: readonly EvaluationRun[],
  L: number,
): Promise<Figures> {
  const outputs = await predict(model, engine, source, runs, L);
  let loss = 0;
  let mae = 0;
  let chunks = 0;
  for (const [r, run] of runs.entries()) {
    for (const [c, first] of run.entries()) {
      let squares = 0;
      let absolutes = 0;
      for (let n = 0; n < L; n++) {
        const error = outputs[r][c * L + n] - source.labels[first + n];
        squares += error * error;
        absolutes += Math.abs(error);
      }
      loss += squares / L;
      mae += absolutes / L;
      chunks += 1;
    }
  }
  if (chunks === 0) throw new RangeError('evaluation of a split without a chunk');
  return { loss: loss / chunks, mae: mae / chunks };
}

/** Features or outputs of all frames of the chunks [chunks·L,width]. */
async function computePerFrame(
  engine: Engine,
  source: FrameSource,
  chunks: readonly number[],
  L: number,
  width: number,
): Promise<Float32Array> {
  const result = new Float32Array(chunks.length * L * width);
  const perBatch = Math.max(1, Math.floor((BATCH * engine.replicas) / L));
  const frames = new Uint8Array(perBatch * L * FRAME_SIZE);
  for (let from = 0; from < chunks.length; from += perBatch) {
    const some = chunks.slice(from, from + perBatch);
    for (const [n, first] of some.entries()) source.read(first, L, frames.subarray(n * L * FRAME_SIZE));
    result.set(await engine.perFrame(frames.subarray(0, some.length * L * FRAME_SIZE)), from * L * width);
    await nextTurn(); // let signals in
  }
  return result;
}

/** Rows, steps · sequences, walked in one call: bounds the memory of many and long recordings (about 12 KB a row with `ctgru`). */
const ROWS = 4096;

/** The cell over runs of unequal length, all at once; what lies beyond a run's end is computed on zeros and left out. */
async function walk(model: RecurrentModel, runs: readonly Float32Array[]): Promise<Float32Array[]> {
  const { cell } = model;
  const S = cell.inputs;
  const B = runs.length;
  const lengths = runs.map((run) => run.length / S);
  const longest = Math.max(0, ...lengths);
  const outputs = lengths.map((length) => new Float32Array(length));
  let state: State = cell.initialState(B);
  const steps = Math.max(1, Math.floor(ROWS / B));
  for (let start = 0; start < longest; start += steps) {
    const T = Math.min(steps, longest - start);
    const features = new Float32Array(T * B * S);
    for (const [b, run] of runs.entries()) {
      for (let t = 0; t < T && start + t < lengths[b]; t++) {
        features.set(run.subarray((start + t) * S, (start + t + 1) * S), (t * B + b) * S);
      }
    }
    const before = state;
    const [values, ...after] = tf.tidy(() => {
      const step = cell.unroll(tf.tensor3d(features, [T, B, S]), before);
      return [step.outputs, ...step.state];
    });
    tf.dispose([...before]);
    state = after as tf.Tensor2D[];
    const steered = values.dataSync();
    values.dispose();
    for (const [b, output] of outputs.entries()) {
      for (let t = 0; t < T && start + t < lengths[b]; t++) output[start + t] = steered[t * B + b];
    }
    await nextTurn();
  }
  tf.dispose([...state]);
  return outputs;
}
