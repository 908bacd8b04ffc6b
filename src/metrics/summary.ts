/**
 * Several runs of one model under one condition. Each figure is averaged over the runs in which it is defined, with the standard
 * deviation (divisor n, as everywhere in this project). What is a ratio of sums is also formed of all runs together: distance between crashes
 * is not defined in runs without a crash, and its mean over the others would make the model look worse than it is.
 */
import { type Average, averageOf } from '../text/figures.ts';
import { perKilometre } from './distance.ts';
import { DRIVE_FIGURE_NAMES, type DriveFigure } from './figures.ts';
import type { DriveMetrics } from './metrics.ts';

export interface DriveSummary {
  readonly runs: readonly DriveMetrics[];
  /** Over the runs where it is defined; null if there is none. */
  readonly averages: Readonly<Record<DriveFigure, Average | null>>;
  /** Of all runs together; null where not defined. */
  readonly together: {
    readonly crashes: number;
    readonly autonomous_distance: number | null;
    readonly autonomous_time: number;
    readonly crashes_per_km: number | null;
    readonly crashes_per_minute: number | null;
    readonly distance_between_crashes: number | null;
  };
}

export function summariseDrives(runs: readonly DriveMetrics[]): DriveSummary {
  const averages = Object.fromEntries(
    DRIVE_FIGURE_NAMES.map((name) => [name, averageOf(runs.map(({ figures }) => figures[name]))]),
  ) as Record<DriveFigure, Average | null>;
  const sum = (name: DriveFigure) => runs.reduce((all, { figures }) => all + (figures[name] ?? 0), 0);
  const [crashes, seconds, metres] = [sum('crashes'), sum('autonomous_time'), sum('autonomous_distance')];
  const onDistance = runs.reduce((all, run) => all + run.crashesOnDistance, 0);
  const per = (amount: number, of: number) => (of > 0 ? amount / of : null);
  return {
    runs,
    averages,
    together: {
      crashes,
      autonomous_distance: averages.autonomous_distance === null ? null : metres,
      autonomous_time: seconds,
      crashes_per_km: perKilometre(onDistance, metres),
      crashes_per_minute: per(crashes, seconds / 60),
      distance_between_crashes: averages.autonomous_distance === null ? null : per(metres, onDistance),
    },
  };
}

/** Runs under one heading of a table: a model, a noise level, a file. */
export interface DriveGroup {
  /** As columns of the CSV, e.g. `{ model: 'wm', noise: 0.1 }`; joined they head a column of the table. */
  readonly label: Readonly<Record<string, string | number>>;
  readonly summary: DriveSummary;
}
