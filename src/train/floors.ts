/**
 * What a split gives to who has not learnt: the figures of the best constant and of the last value, which a trained model
 * has to beat. Judged on the frames of the evaluation's chunks (docs/pipeline.md §1), so that they stand beside a
 * model's figures. Recorded in `run.json`, so that `ncp-train results` needs no data.
 */
import type { EvaluationRun } from '../data/batches/evaluation-order.ts';
import { mean, median } from '../text/statistics.ts';
import type { Figures } from './evaluate.ts';

/** In label units. */
export interface Floors {
  /**
   * The constant that is best on this very split: for the loss its mean label, so that the loss is the labels' variance; for
   * the mean absolute error its median.
   */
  readonly constant: Figures;
  /**
   * The label of the frame before, which no model sees. The first frame of a run has none before it and is left out; null
   * where no frame is left.
   */
  readonly last_value: Figures | null;
  /** Frames that are judged. */
  readonly frames: number;
}

/**
 * @param labels - of the split's frames, [N]
 * @param runs - how evaluation walks it; at least one chunk
 * @param L - frames in a chunk
 */
export function floorsOf(labels: Float32Array, runs: readonly EvaluationRun[], L: number): Floors {
  const judged: number[] = [];
  const steps: number[] = [];
  for (const run of runs) {
    for (const first of run) {
      for (let n = first; n < first + L; n++) {
        judged.push(labels[n]);
        if (n > run[0]) steps.push(labels[n] - labels[n - 1]);
      }
    }
  }
  const middle = { loss: mean(judged), mae: median(Float64Array.from(judged)) };
  return {
    constant: {
      loss: mean(judged.map((label) => (label - middle.loss) ** 2)),
      mae: mean(judged.map((label) => Math.abs(label - middle.mae))),
    },
    last_value:
      steps.length === 0
        ? null
        : { loss: mean(steps.map((step) => step ** 2)), mae: mean(steps.map(Math.abs)) },
    frames: judged.length,
  };
}
