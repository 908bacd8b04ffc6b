/**
 * The states of a checkpoint that is replayed over a recording (../replay/trace.ts). Of `cnn`, which has no state, the 100 units of
 * its last hidden layer stand in: this project's choice.
 */
import * as tf from '@tensorflow/tfjs-core';
import { CROP_BYTES } from '../../data/frames/crop.ts';
import { FRAME } from '../../models/convolution.ts';
import type { FrameModel } from '../../models/model.ts';
import { standardise } from '../../models/standardise.ts';
import { openReplay, type ReplayRequest } from '../open.ts';
import { resets } from '../seen-frames.ts';
import { stateNames, stateWidths, traceModel } from '../trace.ts';
import { neuronNames, sideBySide, type TraceRow, type TraceSource } from './trace-source.ts';

/** What a replay needs beside the two. */
export type ReplayOptions = Omit<ReplayRequest, 'checkpoint' | 'recording'>;

/** Frames of `cnn` at once. */
const BATCH = 64;

/** @throws DataError, ConfigError as {@link openReplay} does */
export async function replayedTrace(
  label: (model: string) => string,
  checkpoint: string,
  recording: string,
  options: ReplayOptions,
): Promise<TraceSource> {
  const { model, input, source, close } = await openReplay({ ...options, checkpoint, recording });
  const { frames, timestamps } = source;
  const shared = {
    label: label(model.options.model),
    model: model.options.model,
    path: checkpoint,
    frames,
    times: timestamps ?? Float64Array.from({ length: frames }, (_, n) => n / input.rate_hz),
    resets: resets(source),
    close,
  };
  if (model.kind === 'frame') {
    const units = model.cnn.weights.get('dense2_bias')?.size ?? 0;
    return {
      ...shared,
      neurons: Array.from({ length: units }, (_, n) => `unit ${n}`),
      rows: () => hiddenUnits(model, frames, source.read),
    };
  }
  const widths = stateWidths(model);
  const states = stateNames(model).map((name, n) => ({ name, units: widths[n] }));
  const U = widths.reduce((sum, width) => sum + width, 0);
  const S = model.cell.inputs;
  return {
    ...shared,
    neurons: neuronNames(states),
    recurrent: model,
    async *rows() {
      for await (const slice of traceModel(model, source)) {
        const all = sideBySide([...slice.states.values()], slice.count);
        for (let n = 0; n < slice.count; n++) {
          yield {
            frame: slice.first + n,
            state: all.subarray(n * U, (n + 1) * U),
            sensory: slice.sensory?.subarray(n * S, (n + 1) * S),
          };
        }
      }
    },
  };
}

/** The last hidden layer of `cnn`, frame by frame. */
async function* hiddenUnits(
  { cnn }: FrameModel,
  N: number,
  read: (first: number, count: number, out: Uint8Array) => Promise<void>,
): AsyncGenerator<TraceRow> {
  const { height, width, channels } = FRAME;
  const bytes = new Uint8Array(BATCH * CROP_BYTES);
  for (let first = 0; first < N; first += BATCH) {
    const count = Math.min(BATCH, N - first);
    await read(first, count, bytes);
    const all = tf.tidy(() => {
      const pixels = Float32Array.from(bytes.subarray(0, count * CROP_BYTES));
      const x = tf.tensor4d(pixels, [count, height, width, channels]);
      return cnn.activations(standardise(x)).dense2.dataSync<'float32'>();
    });
    const U = all.length / count;
    for (let n = 0; n < count; n++) yield { frame: first + n, state: all.subarray(n * U, (n + 1) * U) };
  }
}
