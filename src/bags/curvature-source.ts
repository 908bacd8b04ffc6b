/**
 * The curvature that was driven, from what a bag has: a topic that says it; else the steering and the wheelbase; else the yaw
 * rate over the speed; else the path of the GPS readings. Which one it was is told in words.
 */
import {
  curvature as curvatureOfAngle,
  type Steering,
  type SteeringOptions,
  steeringText,
} from '../data/import/curvature.ts';
import { UsageError } from '../errors.ts';
import { topicText } from './choose-topics.ts';
import { interpolated } from './resample.ts';
import type { Signals } from './signals.ts';
import { motionOf } from './track.ts';

export interface Driven {
  /** [n], s, ascending */
  readonly time: Float64Array;
  /** [n]; NaN where unknown. */
  readonly value: Float64Array;
  /** What it was made from, in words. */
  readonly from: string;
}

/** s between two messages that are joined by a line. */
export const LONGEST_STEP = 2;
/** m/s below which a yaw rate says nothing about the road. */
const SLOWEST = 1;

export interface CurvatureOptions {
  /** Where the steering is used: it needs a wheelbase. */
  readonly steering: SteeringOptions;
}

/** Speed in m/s: the topic's, else that of the GPS readings; undefined where there is neither. */
export function speedOf({ quantities, gps }: Signals, scale = 1): Driven | undefined {
  const { speed } = quantities;
  if (speed !== undefined) {
    const times = scale === 1 ? '' : ` times ${scale}`;
    return {
      time: speed.time,
      value: speed.value.map((v) => v * scale),
      from: `${topicText(speed.source)}${times}`,
    };
  }
  if (gps === undefined) return undefined;
  return { time: gps.time, value: motionOf(gps).speed, from: `the path of ${topicText(gps.source)}` };
}

/**
 * @returns curvature in 1/m, positive to the left; undefined where nothing says it
 * @throws DataError for angles that no front wheel has, so that unit or ratio must be wrong
 */
export function curvatureOf(
  signals: Signals,
  { steering: given }: CurvatureOptions,
  speed?: Driven,
): Driven | undefined {
  const { quantities, gps } = signals;
  const { curvature, steering, yaw_rate } = quantities;
  if (curvature !== undefined) {
    return { time: curvature.time, value: curvature.value, from: topicText(curvature.source) };
  }
  if (steering !== undefined && given.wheelbase !== undefined) {
    const how = angleOf(given);
    const from = topicText(steering.source);
    const value = steering.value.map((angle) => curvatureOfAngle(angle, how, from));
    return { time: steering.time, value, from: `${from}: ${steeringText(how)}` };
  }
  if (yaw_rate !== undefined && speed !== undefined && hasSpeedOfItsOwn(signals)) {
    const v = interpolated(speed, yaw_rate.time, LONGEST_STEP);
    // κ = ψ'/v
    const value = yaw_rate.value.map((rate, n) => (v[n] >= SLOWEST ? rate / v[n] : Number.NaN));
    return {
      time: yaw_rate.time,
      value,
      from: `yaw rate ${topicText(yaw_rate.source)} over speed ${speed.from}`,
    };
  }
  if (gps === undefined) return undefined;
  return { time: gps.time, value: motionOf(gps).curvature, from: `the path of ${topicText(gps.source)}` };
}

/** Over the speed of GPS readings a yaw rate would be no better than their path. */
const hasSpeedOfItsOwn = ({ quantities }: Signals) => quantities.speed !== undefined;

/** Radians of the front wheels, positive to the left, unless said otherwise. */
export function angleOf(given: SteeringOptions): Steering {
  const { wheelbase, unit = 'rad', ratio = 1, range = 25, sign = 1 } = given;
  if (wheelbase === undefined) throw new UsageError('a curvature from the steering needs --wheelbase');
  return { unit, ratio, range, wheelbase, sign };
}
