/** Drive metrics as plain values for JSON, in full precision; null where a figure is not defined, with the reason beside it. */
import type { DriveGroup } from './summary.ts';

export function drivesAsJson(groups: readonly DriveGroup[]) {
  return {
    deviation_divisor: 'n',
    groups: groups.map(({ label, summary }) => ({
      ...label,
      n: summary.runs.length,
      mean: summary.averages,
      together: summary.together,
      runs: summary.runs.map(({ figures, undefinedBecause, crashesAt, notes }) => ({
        figures,
        not_defined: undefinedBecause,
        crashes_at: crashesAt,
        notes,
      })),
    })),
  };
}
