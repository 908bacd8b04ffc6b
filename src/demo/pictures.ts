/** The demo's two pictures: how each model steers on the test drive, and how its validation loss fell. */
import { BLACK, BLUE, GREY, VERMILION } from '../plot/colours.ts';
import { drawPlot } from '../plot/draw.ts';
import type { TrainLogRow } from '../train/run/metrics-log.ts';
import type { SteeredFrame } from './predictions.ts';

/** The demo's models, in the order in which they are trained. */
export const DEMO_MODELS = ['lstm', 'wm'] as const;
export type DemoModel = (typeof DEMO_MODELS)[number];
export type PerModel<Value> = Readonly<Record<DemoModel, Value>>;

const COLOURS: PerModel<string> = { lstm: BLUE, wm: VERMILION };

/** Curvature over the frames of the test drives; lines break where the drive skips. */
export function steeringSvg(steered: PerModel<readonly SteeredFrame[]>, fold: number): Promise<string> {
  const line = { x: 'frame', z: 'stretch' };
  return drawPlot({
    title: `A drive that was kept from training (fold ${fold})`,
    legend: [
      { label: 'driver', colour: BLACK, sample: 'dashed' },
      ...DEMO_MODELS.map((model) => ({ label: model, colour: COLOURS[model] })),
    ],
    plot: ({ ruleY, lineY }) => ({
      x: { label: 'frame' },
      y: { label: 'curvature (1/km), positive to the left', grid: true, nice: true },
      marks: [
        ruleY([0], { stroke: GREY }),
        ...DEMO_MODELS.map((model) =>
          lineY(steered[model], { ...line, y: 'model', stroke: COLOURS[model], strokeWidth: 2 }),
        ),
        lineY(steered.lstm, { ...line, y: 'driver', stroke: BLACK, strokeWidth: 2, strokeDasharray: '5,3' }),
      ],
    }),
  });
}

/** @param constant - validation loss of the best constant @param labelScale - factor from curvature in 1/m */
export function lossesSvg(
  logs: PerModel<readonly TrainLogRow[]>,
  constant: number,
  labelScale: number,
): Promise<string> {
  const last = Math.max(1, ...DEMO_MODELS.map((model) => logs[model].length - 1));
  return drawPlot({
    title: 'Validation loss',
    legend: [
      ...DEMO_MODELS.map((model) => ({ label: model, colour: COLOURS[model] })),
      { label: 'best constant', colour: GREY, sample: 'dashed' },
    ],
    plot: ({ ruleY, lineY }) => ({
      x: { label: 'epoch', domain: [0, last], ticks: Math.min(10, last), tickFormat: 'd' },
      y: {
        label: `mean squared error, (${labelScale}·curvature in 1/m)²`,
        grid: true,
        nice: true,
        zero: true,
      },
      marks: [
        ruleY([constant], { stroke: GREY, strokeDasharray: '5,3', strokeWidth: 1.5 }),
        ...DEMO_MODELS.map((model) =>
          lineY(logs[model], {
            x: 'epoch',
            y: 'valid_loss',
            stroke: COLOURS[model],
            strokeWidth: 2,
            marker: 'circle',
          }),
        ),
      ],
    }),
  });
}
