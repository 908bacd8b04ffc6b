/**
 * Models side by side: crashes per km at every noise level, as a table and as a picture (the paper's Fig. 4 counts crashes of
 * its test drives against the noise alike).
 */
import type { DriveGroup } from '../metrics/summary.ts';
import { INK, OKABE_ITO } from '../plot/colours.ts';
import { drawPlot } from '../plot/draw.ts';
import { averageText, decimalsFor } from '../text/figures.ts';

/** A row a model, a column a noise level. */
export function comparisonRows(groups: readonly DriveGroup[]): string[][] {
  const models = modelsOf(groups);
  const noises = noisesOf(groups);
  const of = (model: string, noise: number) => perKm(groups, model, noise);
  const decimals = Math.min(
    2,
    decimalsFor(groups.map(({ summary }) => summary.averages.crashes_per_km?.mean ?? null)),
  );
  return [
    ['crashes per km', ...noises.map((noise) => `noise ${noise}`)],
    ...models.map((model) => [model, ...noises.map((noise) => averageText(of(model, noise), decimals))]),
  ];
}

/** Crashes per km against noise, a line a model; bars are standard deviations over runs. @returns an SVG */
export function crashesSvg(groups: readonly DriveGroup[], title: string): Promise<string> {
  const models = modelsOf(groups);
  const colour = (model: string) => OKABE_ITO[models.indexOf(model) % OKABE_ITO.length];
  const noises = noisesOf(groups);
  const span = Math.max(...noises) - Math.min(...noises) || 1;
  const points = models.flatMap((model, m) =>
    noises.flatMap((noise) => {
      const average = perKm(groups, model, noise);
      if (average === null) return [];
      const { mean, deviation } = average;
      // Beside each other, so that bars do not hide each other.
      const x = noise + (m - (models.length - 1) / 2) * span * 0.008;
      return [{ model, x, mean, low: Math.max(0, mean - deviation), high: mean + deviation }];
    }),
  );
  return drawPlot({
    title,
    legend: models.map((model) => ({ label: model, colour: colour(model) })),
    plot: (Plot) => ({
      x: { label: 'σ of the pixel noise (full brightness 1)', ticks: noises },
      // At least 0 to 1: drives without a crash would leave no axis.
      y: {
        label: 'crashes per km',
        grid: true,
        domain: [0, Math.max(1, ...points.map(({ high }) => high))],
        nice: true,
      },
      marks: [
        Plot.ruleY([0], { stroke: INK }),
        Plot.ruleX(points, {
          x: 'x',
          y1: 'low',
          y2: 'high',
          stroke: ({ model }) => colour(model),
          strokeOpacity: 0.6,
        }),
        Plot.line(points, {
          x: 'x',
          y: 'mean',
          z: 'model',
          stroke: ({ model }) => colour(model),
          strokeWidth: 2,
        }),
        Plot.dot(points, { x: 'x', y: 'mean', fill: ({ model }) => colour(model), r: 3.5 }),
      ],
    }),
  });
}

const modelsOf = (groups: readonly DriveGroup[]) => [
  ...new Set(groups.map(({ label }) => String(label.model))),
];
const noisesOf = (groups: readonly DriveGroup[]) => [
  ...new Set(groups.map(({ label }) => Number(label.noise))),
];

function perKm(groups: readonly DriveGroup[], model: string, noise: number) {
  const group = groups.find(({ label }) => label.model === model && label.noise === noise);
  return group?.summary.averages.crashes_per_km ?? null;
}
