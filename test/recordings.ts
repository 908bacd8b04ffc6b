/** Small recordings for tests, with whatever is to be wrong with them. */
import { createRecording } from '../src/data/recordings/recording-writer.ts';

export interface SmallDrive {
  frames?: number;
  height?: number;
  width?: number;
  /** Replaces the label of a frame, 1/m. */
  label?: (frame: number) => number;
  /** Replaces the time of a frame, s. */
  time?: (frame: number) => number;
  /** Changes a frame's pixels in place. */
  paint?: (pixels: Uint8Array, frame: number) => void;
}

/** A drive with a texture that moves, labels that sway within ±0.004 1/m, at 30 Hz. */
export async function writeDrive(path: string, drive: SmallDrive = {}): Promise<void> {
  const { frames = 80, height = 25, width = 40 } = drive;
  const { label = (n) => 0.004 * Math.sin(n / 9), time = (n) => 1.53e9 + n / 30 } = drive;
  const writer = await createRecording(path, { height, width });
  for (let n = 0; n < frames; n++) {
    const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => ((i + 5 * n) * 37) >> 2);
    drive.paint?.(pixels, n);
    writer.append(pixels, Float64Array.of(label(n)), Float64Array.of(time(n)));
  }
  await writer.finish();
}
