/**
 * The frames of one recording as models see them, 78×200 RGB, wherever they lie: in the frame cache if an earlier run put them
 * there, else in the recording itself, HDF5 or `.npz`, which is then read and cropped piece by piece. Beside them what a
 * recording may say of every frame. Memory does not grow with the frames.
 */
import { DataError } from '../../errors.ts';
import { openNpzRecording } from '../recordings/npz-recording.ts';
import { openRecording } from '../recordings/recording.ts';
import {
  type ChannelOrder,
  CROP_BYTES,
  CROP_HEIGHT,
  CROP_WIDTH,
  type CropSpec,
  cropInto,
  cropPlan,
} from './crop.ts';
import { cachedAlready } from './frame-cache.ts';
import { FrameReader } from './frame-reader.ts';

export interface CroppedFrames {
  /** As given. */
  readonly path: string;
  /** N, at least 1. */
  readonly frames: number;
  /** [N], s; undefined of an `.npz`, which has no times. */
  readonly timestamps: Float64Array | undefined;
  /** Numbers of frames before which others are missing, if any; see recording-layout.ts. */
  readonly sequenceStarts?: readonly number[];
  /** [N], curvature driven in 1/m; undefined of an `.npz`. */
  readonly labels: Float64Array | undefined;
  /** [N], 1 where autonomous mode was on; undefined where the recording does not say. */
  readonly autonomous: Uint8Array | undefined;
  /**
   * Copies frames first..first+count−1 to the start of `out`, uint8 [count,78,200,3].
   * @throws DataError if they cannot be read
   */
  read(first: number, count: number, out: Uint8Array): Promise<void>;
  close(): void;
}

export interface CroppedFramesOptions {
  readonly crop: CropSpec;
  readonly channelOrder: ChannelOrder;
  /** Where cropped frames may lie already; by default the user's cache. */
  readonly cacheDir?: string;
}

/** The dataset of an HDF5 recording that says where autonomous mode was on. */
const AUTONOMOUS = 'autonomous';

/** Bytes of frames, or one frame, that are read from an `.npz` and cropped at once. */
const NPZ_BLOCK_BYTES = 16 * 2 ** 20;

/**
 * @param path - `.h5`, or `.npz` as npz-recording.ts describes it
 * @throws DataError for a recording that is absent or cannot be used
 * @throws UsageError for a crop that leaves less than 2×2 pixels
 */
export async function openCroppedFrames(path: string, options: CroppedFramesOptions): Promise<CroppedFrames> {
  if (path.endsWith('.npz')) return fromNpz(path, options);
  if (path.endsWith('.h5') || path.endsWith('.hdf5')) return fromHdf5(path, options);
  throw new DataError(`${path}: recordings are HDF5 (.h5) or NumPy archives with camera and auto (.npz)`);
}

async function fromHdf5(path: string, options: CroppedFramesOptions): Promise<CroppedFrames> {
  const recording = await openRecording(path);
  const { frames, height, width, timestamps, sequenceStarts, labels } = recording.info;
  try {
    const autonomous = recording.readExtra(AUTONOMOUS);
    const columns = {
      path,
      frames,
      timestamps,
      sequenceStarts,
      labels,
      autonomous: autonomous && Uint8Array.from(autonomous, (on) => (on > 0 ? 1 : 0)),
    };
    const cached = cachedAlready(path, options);
    if (cached) {
      recording.close();
      const reader = new FrameReader([cached], [0]);
      return {
        ...columns,
        read: async (first, count, out) => reader.read(0, first, count, out),
        close: () => reader.close(),
      };
    }
    const plan = cropPlan(options.crop, height, width);
    const block = new Uint8Array(recording.framesAtOnce * plan.sourceBytes);
    return {
      ...columns,
      async read(first, count, out) {
        for (let done = 0; done < count; done += recording.framesAtOnce) {
          const some = Math.min(recording.framesAtOnce, count - done);
          recording.readFrames(first + done, some, block);
          for (let n = 0; n < some; n++) {
            cropInto(plan, block, n * plan.sourceBytes, out, (done + n) * CROP_BYTES, options.channelOrder);
          }
        }
      },
      close: () => recording.close(),
    };
  } catch (error) {
    recording.close();
    throw error;
  }
}

/** Frames of 78×200 pixels are taken for cropped ones: no camera has that size, and what models see has. */
async function fromNpz(path: string, { crop, channelOrder }: CroppedFramesOptions): Promise<CroppedFrames> {
  const recording = await openNpzRecording(path);
  const { frames, height, width, autonomous } = recording;
  try {
    const isCropped = height === CROP_HEIGHT && width === CROP_WIDTH;
    const plan = cropPlan(isCropped ? 'full' : crop, height, width);
    const atOnce = Math.max(1, Math.min(frames, Math.floor(NPZ_BLOCK_BYTES / plan.sourceBytes)));
    const block = new Uint8Array(atOnce * plan.sourceBytes);
    return {
      path,
      frames,
      autonomous,
      timestamps: undefined,
      labels: undefined,
      async read(first, count, out) {
        for (let done = 0; done < count; done += atOnce) {
          const some = Math.min(atOnce, count - done);
          await recording.readFrames(first + done, block.subarray(0, some * plan.sourceBytes));
          for (let n = 0; n < some; n++) {
            cropInto(plan, block, n * plan.sourceBytes, out, (done + n) * CROP_BYTES, channelOrder);
          }
        }
      },
      close: () => recording.close(),
    };
  } catch (error) {
    recording.close();
    throw error;
  }
}
