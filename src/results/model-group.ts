/** The runs of one model folder as one row of the table: which folds count, which are missing, and their means. */
import { basename, dirname, resolve } from 'node:path';
import { type Average, averageOf } from '../text/figures.ts';
import { FIGURES, type FigureName, type RunReading } from './runs/run-reading.ts';

/** Folds of the paper, where a run does not say how many there are. */
const PAPER_FOLDS = 10;

export type Averages = { readonly [name in FigureName]: Average | null };

/** Null where no run records the floor. */
export interface SharesOfConstant {
  readonly valid_loss: Average | null;
  readonly test_loss: Average | null;
}

export interface ModelGroup {
  readonly kind: RunReading['kind'];
  /** The folder of its runs; of an active model the run itself. */
  readonly folder: string;
  /** The model, where two of a table have the same one its folder's name, or path. */
  readonly label: string;
  readonly model: string;
  readonly session: string;
  /** Finished ones: what the means are over. */
  readonly counted: readonly RunReading[];
  readonly unfinished: readonly RunReading[];
  /** Folds without a run; empty for active models. */
  readonly missing: readonly number[];
  readonly bestEpoch: Average | null;
  readonly figures: Averages;
  /** Mean absolute errors in 1/km; null where a run's label scale is not known. */
  readonly perKilometre: { readonly valid_mae: Average | null; readonly test_mae: Average | null };
  /** Losses as shares of what the best constant has on that very split, its variance. */
  readonly ofConstant: SharesOfConstant;
  /** Of its runs, null where not known or not the same. */
  readonly labelScale: number | null;
}

/** @param runs - of one kind, without those that were moved aside */
export function groupRuns(runs: readonly RunReading[]): ModelGroup[] {
  const byFolder = new Map<string, RunReading[]>();
  for (const run of runs) {
    const folder = modelFolder(run);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), run]);
  }
  const labels = labelsOf([...byFolder].map(([folder, [run]]) => ({ folder, model: run.model })));
  return [...byFolder].map(([folder, members]) => groupOf(folder, labels.get(folder) as string, members));
}

/** @param runs - at least one, all of one kind and model */
export function groupOf(folder: string, label: string, runs: readonly RunReading[]): ModelGroup {
  const { kind, model, session } = runs[0];
  const counted = runs.filter((run) => run.isFinished);
  const average = (name: FigureName) => averageOf(counted.map(({ best }) => best?.figures[name] ?? null));
  const perKilometre = (name: FigureName) => averageOf(counted.map((run) => inKilometres(run, name)));
  const [scale, ...others] = new Set(runs.map(({ labelScale }) => labelScale));
  return {
    kind,
    folder,
    label,
    model,
    session,
    counted,
    unfinished: runs.filter((run) => !run.isFinished),
    missing: kind === 'passive' ? missingFolds(runs) : [],
    bestEpoch: averageOf(counted.map(({ best }) => best?.epoch ?? null)),
    figures: Object.fromEntries(FIGURES.map((name) => [name, average(name)])) as Averages,
    perKilometre: { valid_mae: perKilometre('valid_mae'), test_mae: perKilometre('test_mae') },
    ofConstant: {
      valid_loss: averageOf(counted.map((run) => shareOfConstant(run, 'valid_loss'))),
      test_loss: averageOf(counted.map((run) => shareOfConstant(run, 'test_loss'))),
    },
    labelScale: others.length === 0 ? scale : null,
  };
}

/** A run's loss ÷ that of the best constant on the same frames: 1 has learnt nothing. Independent of the label scale. */
export function shareOfConstant(
  { best, floors }: RunReading,
  name: 'valid_loss' | 'test_loss',
): number | null {
  const loss = best?.figures[name] ?? null;
  const constant = floors?.[name === 'test_loss' ? 'test' : 'validation']?.constant.loss;
  return loss === null || !constant ? null : loss / constant;
}

/** A mean absolute error in 1/km: labels are curvature in 1/m × label scale. */
export function inKilometres({ best, labelScale }: RunReading, name: FigureName): number | null {
  const value = best?.figures[name] ?? null;
  return value === null || labelScale === null ? null : (value / labelScale) * 1000;
}

function missingFolds(runs: readonly RunReading[]): number[] {
  const count = Math.max(...runs.map(({ folds }) => folds ?? 0)) || PAPER_FOLDS;
  const present = new Set(runs.map(({ fold }) => fold));
  return Array.from({ length: count }, (_, fold) => fold).filter((fold) => !present.has(fold));
}

const modelFolder = ({ kind, folder }: RunReading) => {
  if (kind === 'active') return folder;
  // `.` and `..` have no name of their own to take off.
  return /(^|[\\/])\.{1,2}$/.test(folder) ? dirname(resolve(folder)) : dirname(folder);
};

/** The shortest names that tell the groups apart. */
function labelsOf(groups: readonly { folder: string; model: string }[]): Map<string, string> {
  const forms = [
    ({ model }: (typeof groups)[number]) => model,
    ({ folder }: (typeof groups)[number]) => basename(resolve(folder)),
    ({ folder }: (typeof groups)[number]) => folder,
  ];
  return new Map(
    groups.map((group) => {
      const unique = forms.find((form) => groups.filter((other) => form(other) === form(group)).length === 1);
      return [group.folder, (unique ?? forms[2])(group)];
    }),
  );
}

/** `0–3, 7`; for people. */
export function foldsText(folds: readonly (number | null)[]): string {
  const sorted = [...new Set(folds.filter((fold) => fold !== null))].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const fold of sorted) {
    const range = ranges.at(-1);
    if (range && fold === range[1] + 1) range[1] = fold;
    else ranges.push([fold, fold]);
  }
  return ranges
    .flatMap(([first, last]) => {
      if (first === last) return [`${first}`];
      return last === first + 1 ? [`${first}`, `${last}`] : [`${first}–${last}`];
    })
    .join(', ');
}
