/**
 * The frames of a split one after the other, with their labels, as evaluation reads them: in order, unaugmented, a
 * stretch at a time. Training batches are made by `batches.ts`.
 */

import { CROP_BYTES } from '../frames/crop.ts';
import type { CachedRecording } from '../frames/frame-cache.ts';
import { FrameReader } from '../frames/frame-reader.ts';
import type { Concatenation } from './concatenation.ts';

export class SplitFrames {
  /** N */
  readonly frames: number;
  /** Of every frame, curvature × label scale, [N]. */
  readonly labels: Float32Array;
  readonly #order: Concatenation;
  readonly #reader: FrameReader;

  /**
   * @param order - the split's frames
   * @param recordings - what its segments' indices mean
   * @param labelFactor - label sign × label scale
   * @throws DataError if the frame cache cannot be opened
   */
  constructor(order: Concatenation, recordings: readonly CachedRecording[], labelFactor: number) {
    this.#order = order;
    this.frames = order.frames;
    this.labels = new Float32Array(order.frames);
    let at = 0;
    for (const { recording, first, count } of order.segments) {
      const { labels } = recordings[recording];
      for (let i = 0; i < count; i++) this.labels[at + i] = labels[first + i] * labelFactor;
      at += count;
    }
    const used = order.segments.map(({ recording }) => recording);
    this.#reader = new FrameReader(recordings, used);
  }

  /**
   * Copies frames first..first+count−1 to the start of `out`, uint8 [count, 78, 200, 3].
   *
   * @throws DataError if they cannot be read
   */
  read(first: number, count: number, out: Uint8Array): void {
    for (let done = 0; done < count; ) {
      const { recording, frame, left } = this.#order.locate(first + done);
      const some = Math.min(left, count - done);
      this.#reader.read(recording, frame, some, out.subarray(done * CROP_BYTES));
      done += some;
    }
  }

  close(): void {
    this.#reader.close();
  }
}
