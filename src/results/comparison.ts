/** Two models over the folds that both have: the differences fold by fold, and whether they may be chance. */
import { UsageError } from '../errors.ts';
import { type Average, averageOf } from '../text/figures.ts';
import { unknownName } from '../text/nearest.ts';
import type { ModelGroup } from './model-group.ts';
import { FIGURES, type FigureName, type RunReading } from './runs/run-reading.ts';
import { type SignedRank, signedRank } from './wilcoxon.ts';

export interface FigureComparison {
  readonly figure: FigureName;
  /** Folds where both have it. */
  readonly folds: readonly number[];
  /** Of the first model less the second, in label units. */
  readonly differences: readonly number[];
  readonly difference: Average;
  readonly test: SignedRank;
}

export interface Comparison {
  readonly first: string;
  readonly second: string;
  readonly figures: readonly FigureComparison[];
  /** Folds whose runs were on other data or labels, so that their difference says nothing. */
  readonly unlike: readonly number[];
}

/**
 * @param names - `wm,lstm`: labels of the table, models, or names of model folders
 * @throws UsageError if they are not two of the passive groups, or have no fold in common
 */
export function compareModels(groups: readonly ModelGroup[], names: string): Comparison {
  const parts = names.split(',').map((name) => name.trim());
  if (parts.length !== 2 || parts.includes('')) {
    throw new UsageError(`--compare ${names}: expected two models, e.g. --compare wm,lstm`);
  }
  const passive = groups.filter(({ kind }) => kind === 'passive');
  const [first, second] = parts.map((name) => groupNamed(passive, name));
  if (first === second) throw new UsageError(`--compare ${names}: both are ${first.label}`);
  const pairs = first.counted.flatMap((run) => {
    const other = second.counted.find(({ fold }) => fold !== null && fold === run.fold);
    return other ? [[run, other] as const] : [];
  });
  const figures = FIGURES.flatMap((figure) => compareFigure(figure, pairs) ?? []);
  if (figures.length === 0) {
    throw new UsageError(
      `--compare ${names}: ${first.label} and ${second.label} have no finished fold in common`,
    );
  }
  const unlike = pairs
    .filter(([a, b]) => a.data !== b.data || a.labelScale !== b.labelScale)
    .map(([{ fold }]) => fold as number);
  return { first: first.label, second: second.label, figures, unlike };
}

function compareFigure(
  figure: FigureName,
  pairs: readonly (readonly [RunReading, RunReading])[],
): FigureComparison | undefined {
  const both = pairs.flatMap(([a, b]) => {
    const values = [a.best?.figures[figure] ?? null, b.best?.figures[figure] ?? null];
    return values[0] === null || values[1] === null
      ? []
      : [{ fold: a.fold as number, difference: values[0] - values[1] }];
  });
  const differences = both.map(({ difference }) => difference);
  const average = averageOf(differences);
  if (!average) return undefined;
  return {
    figure,
    folds: both.map(({ fold }) => fold),
    differences,
    difference: average,
    test: signedRank(differences),
  };
}

function groupNamed(groups: readonly ModelGroup[], name: string): ModelGroup {
  const exact = groups.find(({ label }) => label === name);
  if (exact) return exact;
  const namesOf = ({ model, session, folder }: ModelGroup) => [model, `${model}_${session}`, folder];
  const matching = groups.filter((group) => namesOf(group).includes(name));
  if (matching.length === 1) return matching[0];
  const labels = groups.map(({ label }) => label);
  if (matching.length > 1) {
    throw new UsageError(`--compare: ${name} may be ${matching.map(({ label }) => label).join(' or ')}`);
  }
  throw new UsageError(`--compare: ${unknownName('model', name, labels)}`);
}
