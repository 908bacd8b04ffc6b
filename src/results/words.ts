/** What is said about a table in sentences, alike in text, Markdown and LaTeX. */
import type { Comparison } from './comparison.ts';
import { foldsText } from './model-group.ts';
import type { Results, ResultsTable } from './results.ts';

/** What the figures are. */
export function titleOf({ kind }: ResultsTable): string {
  return kind === 'active'
    ? 'active: figures of the best epoch'
    : 'passive: mean ± standard deviation (divisor n) over folds, at their best epochs';
}

/** In which unit. */
export function unitOf({ labelScale }: ResultsTable): string {
  if (labelScale === null) return 'units: the labels’ own, of which the scale is unknown or not the same';
  if (labelScale === 1000) return 'units: labels are curvature × 1000, so MAE in 1/km, loss in (1/km)²';
  return `units: labels are curvature × ${labelScale}; one label unit is ${Number((1000 / labelScale).toPrecision(4))} 1/km`;
}

export function remarksOf({ warnings, notes, floors }: ResultsTable): string[] {
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...notes.map((note) => `note: ${note}`),
    ...(floors.length > 0
      ? [
          'best constant: of that very split the mean (loss) or the median (MAE)',
          'last value: the label of the frame before, which no model sees',
        ]
      : []),
  ];
}

export const faultsOf = ({ warnings }: Results): string[] => warnings.map((warning) => `warning: ${warning}`);

export function comparisonRemarks({ unlike, figures, first, second }: Comparison): string[] {
  const least = Math.max(...figures.map(({ test }) => test.n));
  return [
    ...(unlike.length > 0
      ? [
          `warning: ${first} and ${second} were trained on other recordings or labels in fold ${foldsText(unlike)}, so ` +
            'their difference there is not the models’',
        ]
      : []),
    'p: Wilcoxon’s signed-rank test, two-sided, exact; differences of 0 left out',
    `${least} difference${least === 1 ? '' : 's'} cannot give a p below ${Number((2 ** (1 - least)).toPrecision(2))}`,
  ];
}
