/**
 * `plots/loss.svg`: the course of a run, drawn from `train_log.csv`, so that a resumed run shows all of it. Validation stands at
 * the epochs before which it was made, training, a mean over an epoch, in the middle of its epoch.
 */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, sweepTemporary } from '../../files/whole-file.ts';
import { BLUE, GREY, VERMILION } from '../../plot/colours.ts';
import { drawPlot } from '../../plot/draw.ts';
import { reasonOf } from '../../text/reason.ts';
import { TRAIN_LOG_FILE, trainLogRows } from './metrics-log.ts';

export const PLOTS_FOLDER = 'plots';
export const LOSS_PLOT_FILE = join(PLOTS_FOLDER, 'loss.svg');

/** Up to so many epochs each is marked; one alone would be no line. */
const MARKED = 40;
/** Largest over smallest loss, from which on the axis is logarithmic. */
const LOGARITHMIC_FROM = 30;

export interface LossPlot {
  /** What was trained, e.g. `wm, fold 4`. */
  readonly title: string;
  /** The factor from curvature in 1/m to labels, for the unit of the loss. */
  readonly labelScale: number;
  /** Validation loss of the best constant. */
  readonly constant: number;
}

interface Point {
  readonly epoch: number;
  readonly loss: number;
}

/**
 * What a run calls after each epoch. A picture is not worth a run: what goes wrong is said once, and training goes on.
 *
 * @param note - takes the warning
 */
export function lossPlotter(
  folder: string,
  plot: LossPlot,
  note: (message: string) => void,
): () => Promise<void> {
  let complained = false;
  return async () => {
    try {
      await drawLoss(folder, plot);
    } catch (error) {
      if (!complained)
        note(`${LOSS_PLOT_FILE} cannot be drawn, training goes on without: ${reasonOf(error)}`);
      complained = true;
    }
  };
}

/**
 * Draws the log as it is and puts the picture in its place, whole or not at all.
 *
 * @param folder - of the run
 * @throws Error if it cannot be drawn or written
 */
export async function drawLoss(folder: string, plot: LossPlot): Promise<void> {
  const svg = await lossSvg(readFileSync(join(folder, TRAIN_LOG_FILE), 'utf8'), plot);
  await mkdir(join(folder, PLOTS_FOLDER), { recursive: true });
  await sweepTemporary(join(folder, PLOTS_FOLDER), 'loss.svg');
  await replaceFile(join(folder, LOSS_PLOT_FILE), svg);
}

/** @param log - text of a `train_log.csv` */
export function lossSvg(log: string, { title, labelScale, constant }: LossPlot): Promise<string> {
  const rows = trainLogRows(log);
  const points = (column: 'train_loss' | 'valid_loss', shift: number): Point[] =>
    rows.flatMap(({ epoch, [column]: loss }) => (loss === null ? [] : { epoch: epoch + shift, loss }));
  const train = points('train_loss', 0.5);
  const valid = points('valid_loss', 0);
  const best = valid.reduce<Point | undefined>((a, b) => (a && a.loss <= b.loss ? a : b), undefined);
  const last = Math.max(1, ...[...train, ...valid].map(({ epoch }) => Math.ceil(epoch)));
  const losses = [...train, ...valid].map(({ loss }) => loss).concat(constant);
  const smallest = Math.min(...losses);
  const logarithmic = smallest > 0 && Math.max(...losses) > LOGARITHMIC_FROM * smallest;
  const marker = valid.length <= MARKED ? 'circle' : 'none';
  const unit = labelScale === 1000 ? '(1/km)²' : `(${labelScale}·curvature in 1/m)²`;
  return drawPlot({
    title,
    legend: [
      { label: 'training, mean over the epoch', colour: BLUE },
      { label: 'validation', colour: VERMILION },
      ...(best
        ? [
            {
              label: `best: epoch ${best.epoch}, ${best.loss.toPrecision(4)}`,
              colour: VERMILION,
              sample: 'dot' as const,
            },
          ]
        : []),
      { label: 'best constant', colour: GREY, sample: 'dashed' },
    ],
    plot: ({ ruleY, lineY, dot }) => ({
      x: { label: 'epoch', domain: [0, last], ticks: Math.min(10, last), tickFormat: 'd' },
      y: {
        label: `mean squared error, ${unit}`,
        grid: true,
        nice: true,
        ...(logarithmic ? { type: 'log' } : { zero: true }),
      },
      marks: [
        ruleY([constant], { stroke: GREY, strokeDasharray: '5,3', strokeWidth: 1.5 }),
        lineY(train, { x: 'epoch', y: 'loss', stroke: BLUE, strokeWidth: 2, marker }),
        lineY(valid, { x: 'epoch', y: 'loss', stroke: VERMILION, strokeWidth: 2, marker }),
        dot(best ? [best] : [], { x: 'epoch', y: 'loss', fill: VERMILION, stroke: 'white', r: 7 }),
      ],
    }),
  });
}
