/**
 * The trace of a logged drive, from which src/metrics/ computes its figures: the signals of a bag, each with
 * times of its own, at common ones. These are 20 a second, and besides them every message of the switch, so that none is
 * overlooked; where the switch has said nothing for a second there are none, which the metrics take as a gap.
 */

import { DataError } from '../errors.ts';
import type { DriveTrace } from '../metrics/trace.ts';
import { autonomousMode } from './autonomous-mode.ts';
import { listText } from './choose-topics.ts';
import {
  type CurvatureOptions,
  curvatureOf,
  type Driven,
  LONGEST_STEP,
  speedOf,
} from './curvature-source.ts';
import type { Bag } from './read/bag.ts';
import { held, interpolated } from './resample.ts';
import type { Signals } from './signals.ts';

/** s between two common times. */
const STEP = 0.05;

export interface TraceOptions extends CurvatureOptions {
  /** See {@link autonomousMode}. */
  readonly on?: number;
  /** m/s for one unit of the speed topic. */
  readonly speedScale?: number;
}

export interface LoggedTrace {
  readonly trace: DriveTrace;
  /** What each quantity was made from, in words. */
  readonly sources: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** @throws DataError without a switch, naming the topics there are, and as {@link autonomousMode} does */
export function traceOf(bag: Bag, signals: Signals, options: TraceOptions): LoggedTrace {
  const { quantities } = signals;
  if (quantities.switch === undefined) {
    throw new DataError(
      `${bag.path}: no topic is the switch of autonomous mode (std_msgs/Bool); name one: --switch TOPIC or TOPIC.field. ` +
        `The bag has ${listText(bag)}`,
    );
  }
  const mode = autonomousMode(bag.path, quantities.switch, options.on);
  const speed = speedOf(signals, options.speedScale);
  const curvature = curvatureOf(signals, options, speed);
  const time = commonTimes(mode, [speed, curvature]);
  const autonomous = held({ time: mode.time, value: mode.on }, time, mode.holds);
  const known = time.filter((_, n) => Number.isFinite(autonomous[n]));
  const column = (driven: Driven | undefined) => driven && interpolated(driven, known, LONGEST_STEP);
  const { steering } = quantities;
  return {
    trace: {
      time: known,
      autonomous: autonomous.filter(Number.isFinite),
      ...(speed ? { speed: column(speed) } : {}),
      ...(curvature ? { curvature: column(curvature) } : {}),
      ...(steering ? { steering: interpolated(steering, known, LONGEST_STEP) } : {}),
    },
    sources: {
      autonomous: `${quantities.switch.source.topic}${options.on === undefined ? '' : ` being ${options.on}`}`,
      ...(speed ? { speed: speed.from } : {}),
      ...(curvature ? { curvature: curvature.from } : {}),
      ...(steering ? { steering: `${steering.source.topic}, as logged` } : {}),
    },
    notes: mode.notes,
  };
}

/** From the first message of the switch to its last, and on for as long as that one holds and anything is known. */
function commonTimes(
  { time, holds }: { time: Float64Array; holds: number },
  others: readonly (Driven | undefined)[],
): Float64Array {
  const [start, last] = [time[0], time[time.length - 1]];
  const known = Math.max(last, ...others.map((driven) => driven?.time.at(-1) ?? last));
  const end = holds === Number.POSITIVE_INFINITY ? known : last;
  const regular = Array.from({ length: Math.floor((end - start) / STEP) + 1 }, (_, n) => start + n * STEP);
  return Float64Array.from(new Set([...regular, ...time])).sort();
}
