/**
 * The floor of the table: what the best constant and the last value give on the same folds (train/floors.ts says how they
 * are judged). Taken from what the runs record; runs on the same data have the same floors.
 */
import { type Average, averageOf } from '../text/figures.ts';
import type { Averages, ModelGroup, SharesOfConstant } from './model-group.ts';
import type { RunReading } from './runs/run-reading.ts';

export interface FloorRow {
  readonly label: 'best constant' | 'last value';
  /** Fingerprint of the recordings it is of. */
  readonly data: string | null;
  /** Folds the means are over. */
  readonly n: number;
  readonly figures: Averages;
  readonly perKilometre: { readonly valid_mae: Average | null; readonly test_mae: Average | null };
  readonly ofConstant: SharesOfConstant;
  /** Of its runs. */
  readonly labelScale: number | null;
}

/** Two rows for every data set among the finished runs; among all, where none is finished. */
export function floorRows(groups: readonly ModelGroup[]): FloorRow[] {
  const finished = groups.flatMap(({ counted }) => counted);
  const runs = finished.length > 0 ? finished : groups.flatMap(({ unfinished }) => unfinished);
  const byData = new Map<string, Map<number | null, RunReading>>();
  for (const run of runs) {
    if (!run.floors) continue;
    // The rate is that of the fold's first training recording, and has no part in a floor.
    const key = JSON.stringify([run.data, run.labelScale, { ...run.input, rate_hz: undefined }]);
    const folds = byData.get(key) ?? new Map();
    byData.set(key, folds.set(run.fold, folds.get(run.fold) ?? run));
  }
  return [...byData.values()].flatMap((folds) => [
    rowOf('best constant', 'constant', [...folds.values()]),
    rowOf('last value', 'last_value', [...folds.values()]),
  ]);
}

function rowOf(
  label: FloorRow['label'],
  predictor: 'constant' | 'last_value',
  runs: readonly RunReading[],
): FloorRow {
  const of = (split: 'validation' | 'test', figure: 'loss' | 'mae', perKilometre = false) =>
    averageOf(
      runs.map(({ floors, labelScale }) => {
        const value = floors?.[split]?.[predictor]?.[figure] ?? null;
        if (value === null || !perKilometre) return value;
        return labelScale === null ? null : (value / labelScale) * 1000;
      }),
    );
  const share = (split: 'validation' | 'test') =>
    averageOf(
      runs.map(({ floors }) => {
        const loss = floors?.[split]?.[predictor]?.loss;
        const constant = floors?.[split]?.constant.loss;
        return loss === undefined || !constant ? null : loss / constant;
      }),
    );
  return {
    label,
    data: runs[0].data,
    n: runs.length,
    figures: {
      train_loss: null,
      train_mae: null,
      valid_loss: of('validation', 'loss'),
      valid_mae: of('validation', 'mae'),
      test_loss: of('test', 'loss'),
      test_mae: of('test', 'mae'),
    },
    perKilometre: { valid_mae: of('validation', 'mae', true), test_mae: of('test', 'mae', true) },
    ofConstant: { valid_loss: share('validation'), test_loss: share('test') },
    labelScale: runs[0].labelScale,
  };
}
