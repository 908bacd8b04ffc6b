/**
 * Dropout masks of the CNN. They are drawn from (seed, fold, epoch, batch, sample in the whole batch, layer)
 * alone, so neither a resumed run nor one whose batch is shared out among replicas draws others.
 */
import * as tf from '@tensorflow/tfjs-core';
import { stream } from '../random/stream.ts';
import { DROPOUT_WIDTHS, type DropoutFactors } from './cnn.ts';

/** Which batch the masks are for. */
export interface BatchKey {
  readonly seed: number;
  readonly fold: number;
  readonly epoch: number;
  readonly batch: number;
}

/**
 * @param keep - keep probabilities `drf`, `dr1`, `dr2`, each in (0, 1]
 * @param N - samples here
 * @param firstSample - place of the first of them in the whole batch
 * @returns for each layer a factor [N,width]: 0 with probability 1 − keep, else 1/keep
 */
export function dropoutFactors(
  { seed, fold, epoch, batch }: BatchKey,
  keep: readonly [number, number, number],
  N: number,
  firstSample = 0,
): DropoutFactors {
  return DROPOUT_WIDTHS.map((width, layer) => {
    const factors = new Float32Array(N * width);
    const kept = keep[layer];
    for (let n = 0; n < N; n++) {
      const row = factors.subarray(n * width, (n + 1) * width);
      stream(seed, 'dropout', fold, epoch, batch, firstSample + n, layer).fillUniform(row, 0, 1);
      for (let u = 0; u < width; u++) row[u] = row[u] < kept ? 1 / kept : 0;
    }
    return tf.tensor2d(factors, [N, width]);
  });
}
