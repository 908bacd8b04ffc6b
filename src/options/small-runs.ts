/**
 * What `configs/small.yaml` and `configs/small-cnn.yaml` change of the defaults, so that models learn from minutes of driving in
 * minutes. docs/training.md, "Small trainings", has the measurements that each choice comes from.
 */

/** An option's value, and why it is not the default. */
export interface Choice {
  readonly value: number;
  readonly reason: string;
}

const curve_factor: Choice = {
  value: 0,
  reason: 'no weights: the paper’s prefer curves, and models that have seen few of them then swing too far',
};

/** Of the recurrent models, by option. */
export const smallRuns: Readonly<Record<string, Choice>> = {
  batch_size: {
    value: 8,
    reason:
      'a fifth of the paper’s frames in a step (with seq_len), so five times the updates in the same time',
  },
  seq_len: {
    value: 8,
    reason: 'a quarter of a second at 30 frames/s',
  },
  default_label_scale: {
    value: 150,
    reason:
      'labels like the paper’s, which deviate by about 6.7 at 1000, then deviate by about 1, and wm puts out about ±1 from the start; ' +
      'drives of your own have their scale in dataset.yaml, which comes first, or `ncp-train data inspect` proposes one',
  },
  lr: { value: 0.001, reason: 'twice the paper’s; at ten times wm never leaves the constant' },
  curve_factor,
  epochs: { value: 4, reason: '600 updates on the generated passive set' },
};

/** Of the CNN, whose outputs spread by about 18 at the start: it keeps the paper's label scale. */
export const smallCnnRuns: Readonly<Record<string, Choice>> = {
  batch_size: {
    value: 64,
    reason: 'as many frames in a step as the recurrent models see with small.yaml',
  },
  lr: { value: 0.001, reason: 'twice the paper’s' },
  curve_factor,
  epochs: { value: 8, reason: '1,200 updates on the generated passive set' },
};
