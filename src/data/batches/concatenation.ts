/**
 * The frames of a split laid end to end and numbered 0..N−1, which is how sequences are drawn and evaluation walks;
 * and where that row is cut, because the frames on both sides do not belong to one drive (docs/pipeline.md §1, §6).
 */
import type { Segment } from './split.ts';

/** Two neighbours this far apart in time, or farther, do not belong to one sequence; seconds. */
export const SKIP_SECONDS = 5;

/** `paper` keeps what the published scripts did (docs/pipeline.md §6). */
export type Compat = 'none' | 'paper';

/** Neighbouring frames of one drive: numbers first..first+count−1 of a {@link Concatenation}. */
export interface Piece {
  readonly first: number;
  readonly count: number;
}

/** What of a recording says where its frames follow one another. */
export interface RecordedTimes {
  /** Of every frame, s. */
  readonly timestamps: Float64Array;
  /** Numbers of frames before which others are missing. */
  readonly sequenceStarts?: readonly number[];
}

export class Concatenation {
  /** N */
  readonly frames: number;
  readonly segments: readonly Segment[];
  /** Of every frame, s, [N]. */
  readonly timestamps: Float64Array;
  /** Number of every segment's first frame. */
  readonly #starts: number[] = [];
  /** Numbers of frames within segments before which others are missing. */
  readonly #gaps: number[] = [];

  /** @param recordings - what the segments' indices mean; timestamps in s, one a frame */
  constructor(segments: readonly Segment[], recordings: readonly RecordedTimes[]) {
    this.segments = segments;
    this.frames = segments.reduce((sum, { count }) => sum + count, 0);
    this.timestamps = new Float64Array(this.frames);
    let start = 0;
    for (const { recording, first, count } of segments) {
      const { timestamps, sequenceStarts = [] } = recordings[recording];
      this.timestamps.set(timestamps.subarray(first, first + count), start);
      for (const gap of sequenceStarts) {
        if (gap > first && gap < first + count) this.#gaps.push(start + gap - first);
      }
      this.#starts.push(start);
      start += count;
    }
  }

  /**
   * @param index - 0..N−1
   * @returns the recording's index, the frame's number in it, and how many frames the segment has from it on
   */
  locate(index: number): { recording: number; frame: number; left: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= index) low = middle;
      else high = middle - 1;
    }
    const { recording, first, count } = this.segments[low];
    const within = index - this.#starts[low];
    return { recording, frame: first + within, left: count - within };
  }

  /**
   * Cuts the row at the borders of segments, where frames are missing, where {@link SKIP_SECONDS} or more pass from one
   * frame to the next, and where time goes back. `compat` `paper` cuts at skips only, wherever they fall.
   */
  pieces(compat: Compat): Piece[] {
    const pieces: Piece[] = [];
    const borders = new Set([...this.#starts, ...this.#gaps]);
    let first = 0;
    for (let i = 1; i <= this.frames; i++) {
      const elapsed = this.timestamps[i] - this.timestamps[i - 1];
      const isSkip = elapsed >= SKIP_SECONDS;
      if (i < this.frames && !isSkip && (compat === 'paper' || (elapsed >= 0 && !borders.has(i)))) continue;
      pieces.push({ first, count: i - first });
      first = i;
    }
    return pieces;
  }
}
