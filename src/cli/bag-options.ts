/** What the commands on bags make of their options: which topic is which, which time counts, how an angle is read. */
import type { NamedTopics } from '../bags/choose-topics.ts';
import { ROLES, type Role } from '../bags/roles.ts';
import type { Clock } from '../bags/signals.ts';
import type { SteeringOptions } from '../data/import/curvature.ts';
import type { Given } from '../options/flags.ts';

export interface BagOptions {
  readonly topics: NamedTopics;
  readonly on?: number;
  readonly speedScale?: number;
  readonly steering: SteeringOptions;
  readonly clock?: Clock;
}

/** @param options - of a schema of src/options/bags.ts, checked */
export function bagOptions(options: Given): BagOptions {
  const topics: Partial<Record<Role, string>> = {};
  for (const role of ROLES) {
    const given = options[role];
    if (typeof given === 'string') topics[role] = given;
  }
  const { on, speed_scale, wheelbase, steering_ratio: ratio, angle_unit: unit, sign, time } = options;
  const steering = { wheelbase, ratio, unit, sign };
  const said = Object.entries(steering).filter(([, value]) => value !== undefined);
  return {
    topics,
    on: on as number | undefined,
    speedScale: speed_scale as number | undefined,
    steering: Object.fromEntries(said) as SteeringOptions,
    clock: time as Clock | undefined,
  };
}

/** What to say where a command was given several files and reads one. */
export function onlyOneFile(command: 'info' | 'export', files: readonly string[]): string {
  const areMcap = files.every((path) => path.endsWith('.mcap'));
  const way = areMcap
    ? `the parts of a split bag are joined first: mcap merge ${files.join(' ')} -o whole.mcap`
    : 'give them one after the other';
  return `bag ${command} reads one file, ${files.length} are given; ${way}`;
}
