/**
 * A model over a recording, frame by frame as it would drive: its outputs, what its cell is told, and the state after every
 * frame, slice by slice, so that memory does not grow with the recording. The convolutions see large batches of frames; the cell
 * alone walks over time. Which analyses are made of it, and what is written, is not known here.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { PixelNoise } from '../augment/pixel-noise.ts';
import type { Compat } from '../data/batches/concatenation.ts';
import { CROP_BYTES } from '../data/frames/crop.ts';
import type { CroppedFrames } from '../data/frames/cropped-frames.ts';
import { stateDatasets } from '../data/recordings/drive-recording.ts';
import type { Cell, State } from '../models/cells/cell.ts';
import { FRAME } from '../models/convolution.ts';
import { inferFrames, type Model } from '../models/model.ts';
import { resets, seenFrames } from './seen-frames.ts';

export interface TraceOptions {
  /** Disturbs every frame; with `compat` `paper` as the published scripts do, whatever the seed. */
  readonly noise?: PixelNoise;
  /** `paper`: the last frame is left out, the states are those before each frame, resets as in seen-frames.ts. */
  readonly compat?: Compat;
  /** Frames in a slice, by default 64. */
  readonly slice?: number;
}

/** Some frames in a row, n of them; all arrays row-major, a row for each. */
export interface TraceSlice {
  /** Number of the first of them in the recording. */
  readonly first: number;
  /** n */
  readonly count: number;
  /** [n], curvature × label scale × label sign */
  readonly outputs: Float32Array;
  /** What the cell's equations see [n,32]: the mapped inputs of `wm`, of other cells the features; undefined of `cnn`. */
  readonly sensory: Float32Array | undefined;
  /** The state after each frame, [n,·] by name: see {@link stateNames}; empty of `cnn`. */
  readonly states: ReadonlyMap<string, Float32Array>;
}

/** Frames in a slice: enough for the convolutions, few enough for memory. */
const SLICE = 64;

/** `neurons` where the cell has one state, else the cell's own names: `c` and `h` of lstm; none of `cnn`. */
export function stateNames(model: Model): readonly string[] {
  if (model.kind === 'frame') return [];
  return stateDatasets(model.cell.stateNames);
}

/** How many numbers each state has, in the order of {@link stateNames}. */
export function stateWidths(model: Model): readonly number[] {
  if (model.kind === 'frame') return [];
  const zero = model.cell.initialState(1);
  const widths = zero.map(({ shape }) => shape[1]);
  tf.dispose([...zero]);
  return widths;
}

/** How many frames {@link traceModel} gives. */
export function tracedFrames({ frames }: Pick<CroppedFrames, 'frames'>, compat: Compat = 'none'): number {
  return compat === 'paper' ? frames - 1 : frames;
}

/**
 * On the backend that is set.
 *
 * @param source - cropped as the model was trained
 * @throws DataError if frames cannot be read, or give features that are not finite
 */
export async function* traceModel(
  model: Model,
  source: CroppedFrames,
  { noise, compat = 'none', slice = SLICE }: TraceOptions = {},
): AsyncGenerator<TraceSlice> {
  const isReset = resets(source, compat);
  const walk = model.kind === 'recurrent' ? walker(model.cell, stateNames(model), compat) : undefined;
  const count = tracedFrames(source, compat);
  try {
    for await (const { first, seen, ...some } of seenFrames(
      source,
      { noise, compat, slice, count },
      isReset,
    )) {
      const perFrame = infer(model, seen);
      yield walk === undefined
        ? { first, count: some.count, outputs: perFrame, sensory: undefined, states: new Map() }
        : { first, count: some.count, ...walk.on(perFrame, isReset.subarray(first, first + some.count)) };
      await nextTurn(); // let signals in
    }
  } finally {
    walk?.end();
  }
}

/** Features [n,32] or outputs [n]. */
function infer(model: Model, frames: Float32Array): Float32Array {
  const { height, width, channels } = FRAME;
  return tf.tidy(() => {
    const x = tf.tensor4d(frames, [frames.length / CROP_BYTES, height, width, channels]);
    return inferFrames(model, x).dataSync<'float32'>();
  });
}

/** The cell over time, its state carried from call to call. */
function walker(cell: Cell, names: readonly string[], compat: Compat) {
  let state: State = cell.initialState(1);

  const restart = () => {
    tf.dispose([...state]);
    state = cell.initialState(1);
  };

  /** Frames without a reset but before the first. @returns the arrays of `states` before each frame if `compat` asks for them */
  const onRun = (features: Float32Array) => {
    const S = cell.inputs;
    const T = features.length / S;
    const before = state.map((tensor) => tensor.dataSync<'float32'>());
    const { inputs, outputs, states, last } = tf.tidy(() => {
      const traced = cell.trace(tf.tensor3d(features, [T, 1, S]), state);
      const width = (n: number) => traced.states[n].shape[2];
      return {
        inputs: traced.inputs.dataSync<'float32'>(),
        outputs: traced.outputs.dataSync<'float32'>(),
        states: traced.states.map((tensor) => tensor.dataSync<'float32'>()),
        last: traced.states.map((tensor, n) =>
          tf.reshape(tf.slice3d(tensor, [T - 1, 0, 0], [1, 1, width(n)]), [1, width(n)]),
        ) as tf.Tensor2D[],
      };
    });
    tf.dispose([...state]);
    state = last;
    const shown = compat === 'paper' ? states.map((rows, n) => movedDown(rows, before[n])) : states;
    return { inputs, outputs, states: shown };
  };

  return {
    /** @param features - [n,S] @param isReset - [n] */
    on(features: Float32Array, isReset: Uint8Array) {
      const S = cell.inputs;
      const runs: ReturnType<typeof onRun>[] = [];
      for (let first = 0; first < isReset.length; ) {
        let end = first + 1;
        while (end < isReset.length && isReset[end] === 0) end++;
        if (isReset[first] === 1) restart();
        runs.push(onRun(features.subarray(first * S, end * S)));
        first = end;
      }
      return {
        outputs: joined(runs.map(({ outputs }) => outputs)),
        sensory: joined(runs.map(({ inputs }) => inputs)),
        states: new Map(names.map((name, n) => [name, joined(runs.map(({ states }) => states[n]))])),
      };
    },
    end: () => tf.dispose([...state]),
  };
}

/** Rows [n,width] with `before` in front and the last one gone: what was there before each frame. */
function movedDown(rows: Float32Array, before: Float32Array): Float32Array {
  const moved = new Float32Array(rows.length);
  moved.set(before);
  moved.set(rows.subarray(0, rows.length - before.length), before.length);
  return moved;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
