/** The camera's frames of a recording as they were seen, before any crop: HDF5 or `.npz`, one at a time. */
import type { ChannelOrder } from '../../data/frames/crop.ts';
import { openNpzRecording } from '../../data/recordings/npz-recording.ts';
import { openRecording } from '../../data/recordings/recording.ts';

export interface CameraFrames {
  /** N */
  readonly frames: number;
  /** Of every frame, pixels. */
  readonly width: number;
  readonly height: number;
  /** [N], s; undefined of an `.npz`. */
  readonly timestamps?: Float64Array;
  /** [N], curvature driven, 1/m, positive to the left; undefined of an `.npz`. */
  readonly labels?: Float64Array;
  /** [N], 1 where the model drove; undefined where the recording does not say. */
  readonly autonomous?: Uint8Array;
  /** @param rgb - [height,width,3], is filled @throws DataError if it cannot be read */
  read(frame: number, rgb: Uint8Array): Promise<void>;
  close(): void;
}

/**
 * @param order - of the recorded channels
 * @throws DataError for a recording that is absent or cannot be read
 */
export async function openCameraFrames(path: string, order: ChannelOrder): Promise<CameraFrames> {
  if (path.endsWith('.npz')) {
    const recording = await openNpzRecording(path);
    const { frames, width, height, autonomous } = recording;
    return {
      frames,
      width,
      height,
      autonomous,
      async read(frame, rgb) {
        await recording.readFrames(frame, rgb);
        if (order === 'bgr') swap(rgb);
      },
      close: () => recording.close(),
    };
  }
  const recording = await openRecording(path);
  const { frames, width, height, timestamps, labels } = recording.info;
  const autonomous = recording.readExtra('autonomous');
  return {
    frames,
    width,
    height,
    timestamps,
    labels,
    autonomous: autonomous && Uint8Array.from(autonomous, (on) => (on > 0 ? 1 : 0)),
    async read(frame, rgb) {
      recording.readFrames(frame, 1, rgb);
      if (order === 'bgr') swap(rgb);
    },
    close: () => recording.close(),
  };
}

/** Red and blue change places. */
function swap(pixels: Uint8Array): void {
  for (let i = 0; i < pixels.length; i += 3) [pixels[i], pixels[i + 2]] = [pixels[i + 2], pixels[i]];
}
