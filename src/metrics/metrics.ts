/**
 * The metrics of one drive: crashes, how far and how long autonomously, how comfortable, how well in the lane, how smooth. All but
 * the crashes are over autonomous driving alone. A figure that is not defined is null, with the reason in words; none is 0 for
 * want of data, and nothing is divided by 0. docs/bags.md has the definitions.
 */

import { lateralAcceleration, lateralJerk, rateRms, type Strength, strength } from './discomfort.ts';
import { autonomousDistance, isKnownBetween, perKilometre } from './distance.ts';
import type { DriveFigure, DriveFigures } from './figures.ts';
import { autonomousStretches, checkTrace, type DriveTrace, findCrashes, LONGEST_STEP } from './trace.ts';

export interface DriveMetrics {
  readonly figures: DriveFigures;
  /** Why a figure is null. */
  readonly undefinedBecause: Readonly<Partial<Record<DriveFigure, string>>>;
  /** The sample after each crash. */
  readonly crashesAt: readonly number[];
  /** Crashes among autonomous driving whose distance is known: those that `crashes_per_km` counts. */
  readonly crashesOnDistance: number;
  /** What was left out, in words. */
  readonly notes: readonly string[];
}

/**
 * @param trace - of at least one sample
 * @param where - for messages: the file's name
 * @throws DataError for a trace that is none, see {@link checkTrace}
 */
export function measureDrive(
  trace: DriveTrace,
  { where = 'the drive', longestStep = LONGEST_STEP } = {},
): DriveMetrics {
  checkTrace(trace, where);
  const { time, speed, curvature } = trace;
  const crashes = findCrashes(trace, longestStep);
  const driven = autonomousDistance(trace, longestStep);
  const stretches = autonomousStretches(trace, longestStep);
  const acceleration = lateralAcceleration(trace);
  const strengthOf = (values: ArrayLike<number> | undefined) =>
    values === undefined ? undefined : strength(values, time, stretches);
  const acceleratedBy = strengthOf(acceleration);
  const jerkedBy = strengthOf(lateralJerk(acceleration, time, stretches));
  const offset = strengthOf(trace.lateralOffset);

  const isDriven = driven.time > 0;
  const never =
    stretches.length === 0 ? 'nothing was driven autonomously' : 'no two samples were driven autonomously';
  const noSpeed = 'the speed is not known';
  const crashesOnDistance = crashes.at.filter((n) => isKnownBetween(speed, n - 1)).length;
  const { distance, unknown } = driven;
  const hasSpeed = isDriven && unknown < driven.time;

  const undefinedBecause: Partial<Record<DriveFigure, string>> = {};
  const figure = (name: DriveFigure, value: number | null | undefined, reason: string): number | null => {
    if (value !== null && value !== undefined) return value;
    undefinedBecause[name] = isDriven ? reason : never;
    return null;
  };
  const crashesPerKm = perKilometre(crashesOnDistance, distance);
  const noDistance = hasSpeed ? 'the car stood still' : noSpeed;
  const noLateral =
    speed === undefined
      ? noSpeed
      : `the curvature is not known${curvature === undefined ? '' : ' together with the speed'}`;
  const noOffset = 'the lateral offset is not known';
  const of = (
    name: DriveFigure,
    values: Strength | undefined,
    which: 'rms' | 'mean' | 'max',
    reason: string,
  ) => figure(name, values?.[which], reason);

  const figures: DriveFigures = {
    crashes: crashes.at.length,
    crashes_per_km: figure('crashes_per_km', crashesPerKm, noDistance),
    crashes_per_minute: figure(
      'crashes_per_minute',
      isDriven ? crashes.at.length / (driven.time / 60) : null,
      never,
    ),
    autonomous_distance: figure('autonomous_distance', hasSpeed || !isDriven ? distance : null, noSpeed),
    autonomous_time: driven.time,
    distance_between_crashes: figure(
      'distance_between_crashes',
      hasSpeed && crashesOnDistance > 0 ? distance / crashesOnDistance : null,
      hasSpeed ? 'there was no crash' : noSpeed,
    ),
    lateral_acceleration_rms: of('lateral_acceleration_rms', acceleratedBy, 'rms', noLateral),
    lateral_acceleration_max: of('lateral_acceleration_max', acceleratedBy, 'max', noLateral),
    lateral_jerk_rms: of('lateral_jerk_rms', jerkedBy, 'rms', jerkReason(acceleratedBy, noLateral)),
    lateral_jerk_max: of('lateral_jerk_max', jerkedBy, 'max', jerkReason(acceleratedBy, noLateral)),
    lateral_offset_mean: of('lateral_offset_mean', offset, 'mean', noOffset),
    lateral_offset_rms: of('lateral_offset_rms', offset, 'rms', noOffset),
    lateral_offset_max: of('lateral_offset_max', offset, 'max', noOffset),
    steering_rate_rms: figure(
      'steering_rate_rms',
      trace.steering && rateRms(trace.steering, time, stretches),
      'the steering is not known',
    ),
    curvature_rate_rms: figure(
      'curvature_rate_rms',
      curvature && rateRms(curvature, time, stretches),
      'the curvature is not known',
    ),
  };
  const notes = notesOf({ ...driven, unseen: crashes.unseen, longestStep, hasSpeed });
  return { figures, undefinedBecause, crashesAt: crashes.at, crashesOnDistance, notes };
}

const jerkReason = (acceleration: Strength | undefined, noLateral: string) =>
  acceleration?.max == null
    ? noLateral
    : 'no autonomous stretch lasts the half second that it is averaged over';

interface Omissions {
  readonly time: number;
  readonly unknown: number;
  readonly gaps: number;
  readonly unseen: number;
  readonly longestStep: number;
  readonly hasSpeed: boolean;
}

function notesOf({ time, unknown, gaps, unseen, longestStep, hasSpeed }: Omissions): string[] {
  const notes: string[] = [];
  if (gaps > 0) {
    notes.push(
      `${gaps} gap${gaps > 1 ? 's' : ''} of more than ${longestStep} s in autonomous driving: not in time and distance`,
    );
  }
  if (unseen > 0) {
    notes.push(
      `autonomous mode went off within a gap ${unseen === 1 ? 'once' : `${unseen} times`}: not counted as a crash`,
    );
  }
  if (hasSpeed && unknown > 0) {
    notes.push(
      `the speed is not known in ${unknown.toFixed(1)} of ${time.toFixed(1)} s: they are not in the distance, nor their ` +
        'crashes in crashes per km',
    );
  }
  return notes;
}
