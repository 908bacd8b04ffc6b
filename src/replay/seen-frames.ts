/**
 * The frames of a recording as a model is to see them, slice by slice, with the noise that is asked for. Every analysis that runs a
 * model over a recording reads them here, so that all disturb the same frame alike.
 */
import { addPixelNoise, type PixelNoise, paperPixelNoise } from '../augment/pixel-noise.ts';
import type { Compat } from '../data/batches/concatenation.ts';
import { CROP_BYTES } from '../data/frames/crop.ts';
import type { CroppedFrames } from '../data/frames/cropped-frames.ts';
import { LONGEST_STEP } from '../metrics/trace.ts';

export interface SeenOptions {
  /** Disturbs every frame; with `compat` `paper` as the published scripts do, whatever the seed. */
  readonly noise?: PixelNoise;
  readonly compat?: Compat;
  /** Frames in a slice. */
  readonly slice: number;
  /** Frames first..first+count−1 of the recording; by default all. */
  readonly first?: number;
  readonly count?: number;
}

export interface SeenSlice {
  /** Number of the first frame in the recording. */
  readonly first: number;
  readonly count: number;
  /** As recorded, [count,78,200,3]; the next slice overwrites it. */
  readonly recorded: Uint8Array;
  /** As the model is to see them, [count,78,200,3], 0..255; the next slice overwrites it. */
  readonly seen: Float32Array;
}

/**
 * @param isReset - [N], where a replay starts anew: there the published scripts' noise does too
 * @throws DataError if frames cannot be read
 */
export async function* seenFrames(
  source: CroppedFrames,
  { noise, compat = 'none', slice, first = 0, count = source.frames - first }: SeenOptions,
  isReset: Uint8Array = new Uint8Array(source.frames),
): AsyncGenerator<SeenSlice> {
  const disturb = disturber(noise, compat);
  const recorded = new Uint8Array(slice * CROP_BYTES);
  const seen = new Float32Array(slice * CROP_BYTES);
  for (let done = 0; done < count; done += slice) {
    const some = Math.min(slice, count - done);
    const from = first + done;
    await source.read(from, some, recorded);
    for (let n = 0; n < some; n++) {
      const at = n * CROP_BYTES;
      disturb(
        recorded.subarray(at, at + CROP_BYTES),
        from + n,
        isReset[from + n] === 1,
        seen.subarray(at, at + CROP_BYTES),
      );
    }
    const bytes = some * CROP_BYTES;
    yield { first: from, count: some, recorded: recorded.subarray(0, bytes), seen: seen.subarray(0, bytes) };
  }
}

/** @returns a function that fills `out` with frame `index` as the model is to see it, 0..255 */
function disturber(
  noise: PixelNoise | undefined,
  compat: Compat,
): (frame: Uint8Array, index: number, restart: boolean, out: Float32Array) => void {
  if (noise === undefined) return (frame, _, __, out) => out.set(frame);
  if (compat === 'none') return (frame, index, _, out) => addPixelNoise(frame, index, noise, out);
  const disturb = paperPixelNoise(noise.sigma);
  return (frame, _, restart, out) => disturb(frame, restart, out);
}

// Where a replay starts from a zero state (docs/pipeline.md §5): at the recording's first frame; where the times
// jump by more than a second, or go back; where frames are missing; and where autonomous mode is off, for then
// somebody else drove. A stretch of autonomous driving so starts from zero, as training sequences and test drives
// do. paper's code, with `compat` `paper`: of a `.npz` the frames without autonomous mode alone, so that the first
// autonomous one sees the state that the frame before left; of an HDF5 recording the frame before a jump instead of
// the one after.

/** @returns [N], 1 where the state is zero before the frame */
export function resets(
  {
    frames,
    timestamps,
    sequenceStarts = [],
    autonomous,
  }: Pick<CroppedFrames, 'frames' | 'timestamps' | 'sequenceStarts' | 'autonomous'>,
  compat: Compat = 'none',
): Uint8Array {
  const isReset = new Uint8Array(frames);
  isReset[0] = 1;
  if (compat === 'none') for (const start of sequenceStarts) isReset[start] = 1;
  for (let n = 0; n < frames; n++) {
    if (timestamps && n > 0) {
      const elapsed = timestamps[n] - timestamps[n - 1];
      if (compat === 'paper' && elapsed > LONGEST_STEP) isReset[n - 1] = 1;
      if (compat === 'none' && (elapsed > LONGEST_STEP || elapsed < 0)) isReset[n] = 1;
    }
    if (autonomous && autonomous[n] === 0) isReset[n] = 1;
    if (autonomous && compat === 'none' && n > 0 && autonomous[n - 1] === 0) isReset[n] = 1;
  }
  return isReset;
}
