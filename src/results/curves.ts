/**
 * Learning curves of all models in one picture: for each the mean over its finished runs, single runs thin beneath it (where none
 * is finished, the mean over those that are not). Training is a
 * mean over an epoch and stands in its middle; validation before it, as in the log (docs/pipeline.md §4).
 */
import { extname } from 'node:path';
import { UsageError } from '../errors.ts';
import { replaceFile } from '../files/whole-file.ts';
import { GREY, OKABE_ITO } from '../plot/colours.ts';
import { drawPlot, svgToPng } from '../plot/draw.ts';
import { averageOf } from '../text/figures.ts';
import type { ModelGroup } from './model-group.ts';
import type { Results, ResultsTable } from './results.ts';
import type { RunReading } from './runs/run-reading.ts';

/** Largest over smallest loss, from which on the axis is logarithmic. */
const LOGARITHMIC_FROM = 30;

interface Point {
  /** What the panel shows. */
  readonly split: 'training' | 'validation';
  readonly kind: RunReading['kind'];
  /** Points of one line have the same. */
  readonly line: string;
  readonly colour: string;
  readonly epoch: number;
  readonly loss: number;
}

/**
 * @param path - ends in `.svg` or `.png`
 * @throws UsageError for another ending, DataError if it cannot be written
 */
export async function writeCurves(path: string, results: Results): Promise<void> {
  requirePicture(path);
  const svg = await curvesSvg(results);
  await replaceFile(path, extname(path).toLowerCase() === '.png' ? await svgToPng(svg) : svg);
}

/** @throws UsageError if a picture cannot be written under this name */
export function requirePicture(path: string): void {
  if (!['.svg', '.png'].includes(extname(path).toLowerCase())) {
    throw new UsageError(`--curves ${path}: expected a name that ends in .svg or .png`);
  }
}

/** @throws UsageError if no run has a whole epoch */
export async function curvesSvg({ tables }: Results): Promise<string> {
  const groups = tables.flatMap((table) => table.groups);
  const models = [...new Set(groups.map(({ label }) => label))];
  const colourOf = (label: string) => OKABE_ITO[models.indexOf(label) % OKABE_ITO.length];
  // As many models as colours have solid lines, the next ones dashed.
  const isDashed = (label: string) => models.indexOf(label) >= OKABE_ITO.length;
  const pointsOf = ({ label }: ModelGroup, runs: readonly RunReading[]) => runPoints(runs, colourOf(label));
  const single = groups.flatMap((group) => pointsOf(group, [...group.counted, ...group.unfinished]));
  if (single.length === 0) throw new UsageError('--curves: no run has a whole epoch to draw yet');
  const means = groups.map((group) => ({
    dashed: isDashed(group.label),
    points: meanPoints(
      pointsOf(group, group.counted.length > 0 ? group.counted : group.unfinished),
      group.label,
    ),
  }));
  const floors = tables.flatMap(constantOf);
  const losses = [...single, ...floors].map(({ loss }) => loss);
  const smallest = Math.min(...losses);
  const logarithmic = smallest > 0 && Math.max(...losses) > LOGARITHMIC_FROM * smallest;
  const last = Math.max(1, ...single.map(({ epoch }) => Math.ceil(epoch)));
  const channels = { x: 'epoch', y: 'loss', fx: 'kind', fy: 'split', z: 'line', stroke: 'colour' } as const;
  return drawPlot({
    title: 'Learning curves: mean over folds, single folds thin',
    legend: [
      ...models.map((label) => ({
        label,
        colour: colourOf(label),
        sample: isDashed(label) ? ('dashed' as const) : ('line' as const),
      })),
      ...(floors.length > 0 ? [{ label: 'best constant', colour: GREY, sample: 'dashed' as const }] : []),
    ],
    plot: ({ frame, lineY, dot, ruleY }) => ({
      height: 560,
      marginRight: 70,
      x: { label: 'epoch', domain: [0, last], ticks: Math.min(8, last), tickFormat: 'd' },
      y: {
        label: `mean squared error, ${unitOf(tables)}`,
        grid: true,
        // On a linear axis '~g' would write 50 as 5e+1; on a logarithmic one a function would label every tick.
        ...(logarithmic
          ? { type: 'log', tickFormat: '~g' }
          : { zero: true, nice: true, tickFormat: (loss: number) => String(Number(loss.toPrecision(6))) }),
      },
      fx: { label: null, domain: tables.map(({ kind }) => kind) },
      fy: { label: null, domain: ['validation', 'training'] },
      marks: [
        frame({ stroke: '#cccccc' }),
        ruleY(floors, {
          y: 'loss',
          fx: 'kind',
          fy: 'split',
          stroke: GREY,
          strokeDasharray: '5,3',
          strokeWidth: 1.5,
        }),
        lineY(single, { ...channels, strokeWidth: 1, strokeOpacity: 0.3 }),
        ...means.map(({ dashed, points }) =>
          lineY(points, { ...channels, strokeWidth: 2.2, ...(dashed ? { strokeDasharray: '7,4' } : {}) }),
        ),
        // One epoch alone would be no line.
        dot(
          means.flatMap(({ points }) => points).filter((point, _, all) => isAlone(point, all)),
          { x: 'epoch', y: 'loss', fx: 'kind', fy: 'split', fill: 'colour', r: 3 },
        ),
      ],
    }),
  });
}

function runPoints(runs: readonly RunReading[], colour: string): Point[] {
  return runs.flatMap((run) => {
    const { kind, epochs, folder: line } = run;
    return epochs.flatMap(({ epoch, train_loss, valid_loss }) => {
      const point = (split: Point['split'], at: number, loss: number | null): Point[] =>
        loss === null ? [] : [{ split, kind, line, colour, epoch: at, loss: loss * unitFactor(run) }];
      return [...point('validation', epoch, valid_loss), ...point('training', epoch + 0.5, train_loss)];
    });
  });
}

/** Where a run drops out, the line would jump, so it ends with the shortest. */
function meanPoints(points: readonly Point[], line: string): Point[] {
  const runs = new Set(points.map((point) => point.line)).size;
  const byPlace = new Map<string, Point[]>();
  for (const point of points) {
    const place = `${point.split} ${point.epoch}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), point]);
  }
  return [...byPlace.values()]
    .filter((same) => same.length === runs)
    .map((same) => ({ ...same[0], line, loss: averageOf(same.map(({ loss }) => loss))?.mean ?? 0 }));
}

const isAlone = (point: Point, all: readonly Point[]) =>
  all.filter((other) => other.line === point.line && other.split === point.split && other.kind === point.kind)
    .length === 1;

/** One line for every data set; runs with other label scales on the same one have the same in (1/km)². */
function constantOf({ kind, floors }: ResultsTable) {
  const lines = new Map<string, { kind: string; split: string; loss: number }>();
  for (const floor of floors) {
    if (floor.label !== 'best constant' || !floor.figures.valid_loss) continue;
    const loss = floor.figures.valid_loss.mean * unitFactor(floor);
    lines.set(loss.toPrecision(5), { kind, split: 'validation', loss });
  }
  return [...lines.values()];
}

/** From label units to (1/km)², so that runs with other label scales stand in one picture. */
const unitFactor = ({ labelScale }: Pick<RunReading, 'labelScale'>) =>
  labelScale === null ? 1 : (1000 / labelScale) ** 2;

const unitOf = (tables: readonly ResultsTable[]) =>
  tables.some(({ groups }) =>
    groups.some(({ counted, unfinished }) =>
      [...counted, ...unfinished].some(({ labelScale }) => labelScale === null),
    ),
  )
    ? '(1/km)² where the label scale is known'
    : '(1/km)²';
