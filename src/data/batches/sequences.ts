/**
 * Which frames a training batch is made of (docs/pipeline.md §1): sequences of T neighbouring frames for recurrent
 * models, single frames for the CNN. Numbers refer to a `Concatenation`. A batch is a function of
 * (seed, fold, epoch, batch) alone.
 */
import { DataError } from '../../errors.ts';
import { stream } from '../../random/stream.ts';
import type { Compat, Concatenation } from './concatenation.ts';

/** T frames in each of B sequences, or B frames on their own. */
export type BatchMode =
  | { readonly kind: 'recurrent'; readonly T: number; readonly B: number }
  | { readonly kind: 'frames'; readonly B: number };

/** What a batch depends on beside its own number. */
export interface DrawKey {
  readonly seed: number;
  readonly fold: number;
}

/**
 * ⌊N/(B·T)⌋, with T = 1 for single frames.
 *
 * @throws DataError if there are too few frames for one batch
 */
export function batchesPerEpoch(frames: number, mode: BatchMode): number {
  const needed = mode.B * (mode.kind === 'recurrent' ? mode.T : 1);
  if (frames >= needed) return Math.floor(frames / needed);
  const shape = mode.kind === 'recurrent' ? `${mode.B} sequences of ${mode.T} frames` : `${mode.B} frames`;
  throw new DataError(
    `a batch of ${shape} needs ${needed} training frames, there are ${frames}; ` +
      'add recordings, or lower --batch_size or --seq_len',
  );
}

/**
 * Draws where sequences start: uniformly from [0, N−T), among those starts whose T frames lie in one piece. That is
 * the distribution of drawing from [0, N−T) until the sequence is unbroken, but it always ends.
 */
export class SequenceSampler {
  /** Of every piece that holds a sequence: its first start, and how many starts those before it have. */
  readonly #firsts: number[] = [];
  readonly #before: number[] = [];
  readonly #starts: number;

  /** @throws DataError if no T frames belong to one sequence */
  constructor(frames: Concatenation, T: number, compat: Compat) {
    const end = frames.frames - T;
    let starts = 0;
    for (const { first, count } of frames.pieces(compat)) {
      const inside = Math.min(first + count - T + 1, end) - first;
      if (inside <= 0) continue;
      this.#firsts.push(first);
      this.#before.push(starts);
      starts += inside;
    }
    this.#starts = starts;
    if (starts === 0) {
      const longest = frames.pieces(compat).reduce((most, { count }) => Math.max(most, count), 0);
      throw new DataError(
        `no sequence of ${T} frames: of ${frames.frames} training frames at most ${longest} follow each other ` +
          'without a skip of 5 s, a step back in time or the end of a recording (and the last start is not drawn); ' +
          'lower --seq_len, or look where the skips are: ncp-train data inspect counts them',
      );
    }
  }

  /** @returns the first frames of a batch's B sequences, in the order drawn */
  batch({ seed, fold }: DrawKey, epoch: number, batch: number, B: number): number[] {
    const random = stream(seed, 'batch', fold, epoch, batch);
    return Array.from({ length: B }, () => {
      const draw = random.integer(0, this.#starts);
      let piece = this.#before.length - 1;
      while (this.#before[piece] > draw) piece--;
      return this.#firsts[piece] + draw - this.#before[piece];
    });
  }
}

/** Deals an epoch's frames to the CNN's batches: a random order of all, cut into Bs, each sorted. */
export class FrameDealer {
  readonly #frames: number;
  #dealt: { key: string; order: Int32Array } | undefined;

  /** @param frames - N */
  constructor(frames: number) {
    this.#frames = frames;
  }

  /** @param batch - 0..⌊N/B⌋−1; @returns its B frames, ascending */
  batch({ seed, fold }: DrawKey, epoch: number, batch: number, B: number): number[] {
    const key = `${seed} ${fold} ${epoch}`;
    if (this.#dealt?.key !== key) {
      const order = stream(seed, 'permutation', fold, epoch).permutation(this.#frames);
      this.#dealt = { key, order };
    }
    return Array.from(this.#dealt.order.subarray(batch * B, (batch + 1) * B)).sort((a, b) => a - b);
  }
}
