/** Arrays [B,·] of one step, copied to and from matrices in which they stand side by side. */
import type { Rows } from './dynamics.ts';

/** Writes arrays [B,·] next to each other, as one matrix [B,Σ width], to `floats` from index `at` on. */
export function putSideBySide(parts: Rows, B: number, floats: Float32Array, at: number): void {
  const columns = parts.reduce((total, { length }) => total + length / B, 0);
  let left = at;
  for (const part of parts) {
    const width = part.length / B;
    for (let b = 0; b < B; b++) {
      floats.set(part.subarray(b * width, (b + 1) * width), left + b * columns);
    }
    left += width;
  }
}

/** The reverse: arrays [B,width] copied out of the matrix at `at`. */
export function takeApart(
  floats: Float32Array,
  at: number,
  B: number,
  widths: readonly number[],
): Float32Array[] {
  const columns = widths.reduce((total, width) => total + width, 0);
  let left = at;
  return widths.map((width) => {
    const part = new Float32Array(B * width);
    for (let b = 0; b < B; b++) {
      const from = left + b * columns;
      part.set(floats.subarray(from, from + width), b * width);
    }
    left += width;
    return part;
  });
}

export const zerosLike = (rows: Rows): Float32Array[] => rows.map(({ length }) => new Float32Array(length));

/** `target += values` */
export function add(target: Float32Array, values: Float32Array): void {
  for (let n = 0; n < target.length; n++) target[n] += values[n];
}
