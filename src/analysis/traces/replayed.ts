/**
 * The states of a checkpoint that is replayed over a recording (../replay/trace.ts). Of `cnn`, which has no state, the 100 units of
 * its last hidden layer stand in, as they do in the paper's figures.
 */
import * as tf from '@tensorflow/tfjs-core';
import { CROP_BYTES, parseCrop } from '../../data/crop.ts';
import { openCroppedFrames } from '../../data/cropped-frames.ts';
import { ConfigError } from '../../errors.ts';
import { FRAME } from '../../models/convolution.ts';
import { disposeModel, type FrameModel } from '../../models/model.ts';
import { standardise } from '../../models/standardise.ts';
import { loadModel, readInput } from '../../models/weights-file.ts';
import { weightsOf } from '../../train/test-checkpoint.ts';
import { resets } from '../replay/resets.ts';
import { stateNames, stateWidths, traceModel } from '../replay/trace.ts';
import { neuronNames, sideBySide, type TraceRow, type TraceSource } from './trace-source.ts';

export interface ReplayOptions {
  readonly channelOrder?: 'rgb' | 'bgr';
  readonly cacheDir?: string;
}

/** Frames of `cnn` at once. */
const BATCH = 64;

/**
 * On the backend that is set.
 *
 * @throws DataError for a checkpoint or a recording that is absent or damaged
 * @throws ConfigError for weights that do not say how their frames were prepared
 */
export async function replayedTrace(
  label: (model: string) => string,
  checkpoint: string,
  recording: string,
  { channelOrder, cacheDir }: ReplayOptions,
): Promise<TraceSource> {
  const weights = await weightsOf(checkpoint);
  const input = await readInput(weights);
  if (!input)
    throw new ConfigError(`${weights} does not say how its frames were cropped; it is not of a run`);
  const source = await openCroppedFrames(recording, {
    ...{ crop: parseCrop(input.crop), channelOrder: channelOrder ?? input.channel_order, cacheDir },
  });
  const model = await loadModel(weights).catch((error) => {
    source.close();
    throw error;
  });
  const { frames, timestamps } = source;
  const shared = {
    label: label(model.options.model),
    model: model.options.model,
    path: checkpoint,
    frames,
    times: timestamps ?? Float64Array.from({ length: frames }, (_, n) => n / input.rate_hz),
    resets: resets(source),
    close() {
      source.close();
      disposeModel(model);
    },
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
