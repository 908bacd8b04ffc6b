/**
 * The switch of autonomous mode over time, and whether crashes can be counted from it. A wrong topic, times that go back or a
 * value nobody has explained would give a wrong count, so they are errors; what to do stands in each.
 */

import { DataError } from '../errors.ts';
import { median, steps } from '../text/statistics.ts';
import { topicText } from './choose-topics.ts';
import type { Signal } from './signals.ts';

export interface AutonomousMode {
  /** [n], s */
  readonly time: Float64Array;
  /** [n], 1 where autonomous, else 0. */
  readonly on: Float64Array;
  /** s for which a message tells the mode; without end where the switch speaks only when it changes. */
  readonly holds: number;
  readonly notes: readonly string[];
}

/** A switch that is told at least so often, s, is told regularly: silence then means that nobody knows. */
const REGULAR = 1;

/**
 * @param onValue - what the switch says in autonomous mode; without it 1 or true, and 0 or false otherwise
 * @throws DataError where times go back, where a value is neither on nor off, and where a switch that nobody named never changes
 */
export function autonomousMode(
  path: string,
  { source, time, value, leftOut }: Signal,
  onValue?: number,
): AutonomousMode {
  const name = topicText(source);
  if (leftOut.furthest > 0) {
    throw new DataError(
      `${path}: the times of ${name} go back by ${leftOut.furthest.toFixed(3)} s: the recorder's clock was set, and crashes ` +
        `cannot be counted. Cut the bag there, or name a switch whose messages have a header`,
    );
  }
  if (leftOut.conflicting > 0) {
    throw new DataError(
      `${path}: ${leftOut.conflicting} messages of ${name} say something else than one of the same time; crashes cannot be ` +
        'counted. --time received tells them apart, if the recorder did',
    );
  }
  if (leftOut.unknown > 0)
    throw new DataError(`${path}: ${leftOut.unknown} messages of ${name} have no number`);
  const on = value.map((v) => Number(onValue === undefined ? v === 1 : v === onValue));
  const values = [...new Set(value)].sort((a, b) => a - b);
  if (onValue === undefined && values.some((v) => v !== 0 && v !== 1)) {
    throw new DataError(
      `${path}: ${name} has the values ${values.slice(0, 8).join(', ')}; say which of them is autonomous: --on ${values.at(-1)}`,
    );
  }
  if (onValue !== undefined && !values.includes(onValue)) {
    throw new DataError(
      `${path}: ${name} is never ${onValue} (--on); it has the values ${values.slice(0, 8).join(', ')}`,
    );
  }
  const changes = steps(on).filter((step) => step !== 0).length;
  const notes: string[] = [];
  if (changes === 0) {
    const state = `${name} is ${on[0] === 1 ? 'on' : 'off'} in all ${on.length} messages`;
    if (!source.isNamed) {
      throw new DataError(
        `${path}: ${state}, so it may not be the switch of autonomous mode, and no crash is counted from it. ` +
          `If it is, name it: --switch ${name}`,
      );
    }
    notes.push(`${state}: there is no change to count`);
  }
  const between = steps(time);
  const isRegular = time.length > 1 && median(between) <= REGULAR;
  if (!isRegular)
    notes.push(`${name} speaks now and then only: what it said holds until it says something else`);
  return { time, on, holds: isRegular ? REGULAR : Number.POSITIVE_INFINITY, notes };
}
