/** A checkpoint and a recording, checked to fit each other and opened on a backend: what every analysis of a drive begins with. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { useBackend } from '../backend/choose.ts';
import type { BackendChoice, BackendName } from '../backend/names.ts';
import { type ChannelOrder, parseCrop } from '../data/frames/crop.ts';
import { type CroppedFrames, openCroppedFrames } from '../data/frames/cropped-frames.ts';
import { readDatasetConfig } from '../data/recordings/dataset-config.ts';
import { ConfigError, UsageError } from '../errors.ts';
import type { InputDescription } from '../models/input-description.ts';
import { disposeModel, type Model } from '../models/model.ts';
import { loadModel, readInput } from '../models/weights-file.ts';
import { median, steps } from '../text/statistics.ts';
import { refuseOtherInput, refuseOtherRate } from '../train/test-checkpoint.ts';
import { isRecording, weightsOf } from '../train/weights-of.ts';

export interface ReplayRequest {
  /** A run's folder (its best checkpoint), a checkpoint's folder, or a weights file. */
  readonly checkpoint: string;
  /** `.h5` or `.npz`. */
  readonly recording: string;
  /** Of the recorded frames; not given: as dataset.yaml beside the recording says, else as the model was trained. */
  readonly channelOrder?: ChannelOrder;
  readonly cacheDir?: string;
  readonly backend: BackendChoice;
}

/** A recording as a checkpoint's model sees it. */
export interface OpenSource {
  /** The weights file. */
  readonly weights: string;
  readonly input: InputDescription;
  readonly source: CroppedFrames;
  /** Frames a second of the recording; of an `.npz`, which has no times, those that the model was trained with. */
  readonly rate: number;
  /** Closes the recording. */
  close(): void;
}

export interface OpenReplay extends OpenSource {
  readonly model: Model;
  readonly backend: BackendName;
  /** Closes the recording and frees the weights. */
  close(): void;
}

/** @throws UsageError if the two are the other way round, or the second is no file */
function requireOrder(checkpoint: string, recording: string): void {
  if (isRecording(checkpoint) && !isRecording(recording)) {
    throw new UsageError(
      `${checkpoint} is a recording, ${recording} is none: the checkpoint comes first, the recording second`,
    );
  }
  if (!existsSync(recording) || !statSync(recording).isDirectory()) return;
  const inside = readdirSync(recording).filter(isRecording);
  const names = inside.slice(0, 4).map((name) => join(recording, name));
  throw new UsageError(
    `${recording} is a folder; one recording is wanted here (.h5, .npz)` +
      (names.length > 0 ? `: ${names.join(', ')}${inside.length > names.length ? ', …' : ''}` : ''),
  );
}

/**
 * Checks that a recording fits a checkpoint, and opens it; nothing is loaded that computes.
 *
 * @throws DataError where there is no such checkpoint or recording, or it cannot be used
 * @throws ConfigError if the checkpoint does not say what it was trained on, or the recording is otherwise
 */
export async function openSource(request: Omit<ReplayRequest, 'backend'>): Promise<OpenSource> {
  const { checkpoint, recording, cacheDir } = request;
  requireOrder(checkpoint, recording);
  const weights = await weightsOf(checkpoint);
  const input = await readInput(weights);
  if (!input) {
    throw new ConfigError(`${weights} does not say what its model was trained on; it is not of a run`);
  }
  const folder = dirname(recording);
  refuseOtherInput(weights, input, folder, ['crop']); // labels are compared in 1/km, whatever their scale
  const channelOrder = request.channelOrder ?? readDatasetConfig(folder).channel_order ?? input.channel_order;
  const source = await openCroppedFrames(recording, { crop: parseCrop(input.crop), channelOrder, cacheDir });
  try {
    const { timestamps } = source;
    const rate = timestamps && timestamps.length > 1 ? 1 / median(steps(timestamps)) : input.rate_hz;
    refuseOtherRate(weights, input.rate_hz, recording, rate);
    return { weights, input, source, rate, close: () => source.close() };
  } catch (error) {
    source.close();
    throw error;
  }
}

/**
 * A recording and the model to run over it, on a backend.
 *
 * @throws as {@link openSource}, and BackendError where the backend does not work
 */
export async function openReplay(request: ReplayRequest): Promise<OpenReplay> {
  const opened = await openSource(request);
  try {
    const backend = await useBackend(request.backend);
    const model = await loadModel(opened.weights);
    const close = () => {
      opened.close();
      disposeModel(model);
    };
    return { ...opened, model, backend, close };
  } catch (error) {
    opened.close();
    throw error;
  }
}
