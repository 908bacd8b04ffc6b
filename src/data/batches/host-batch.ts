/** A training batch in plain arrays over shared memory: threads write and read it where it is, nothing is copied. */
import { CROP_BYTES } from '../frames/crop.ts';

export interface HostBatch {
  readonly T: number;
  readonly B: number;
  /** [T·B, 78, 200, 3], 0..255, time-major: frame t of sequence b is number t·B + b. Not rounded under a shadow. */
  readonly frames: Float32Array;
  /** [T·B], curvature × label scale, in the same order. */
  readonly labels: Float32Array;
}

/** An empty one. @param T - frames in a sequence, @param B - sequences */
export function sharedBatch(T: number, B: number): HostBatch {
  const shared = (length: number) =>
    new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
  return { T, B, frames: shared(T * B * CROP_BYTES), labels: shared(T * B) };
}
