/**
 * Where a replay starts from a zero state (docs/pipeline.md §5): at the recording's first frame; where the times jump by more than a
 * second, or go back; where frames are missing; and where autonomous mode is off, for then somebody else drove. A stretch of autonomous driving so
 * starts from zero, as training sequences and test drives do.
 *
 * paper's code, with `compat` `paper`: of a `.npz` the frames without autonomous mode alone, so that the first autonomous one sees
 * the state that the frame before left; of an HDF5 recording the frame before a jump instead of the one after.
 */
import type { Compat } from '../data/batches/concatenation.ts';
import type { CroppedFrames } from '../data/frames/cropped-frames.ts';
import { LONGEST_STEP } from '../metrics/trace.ts';

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
