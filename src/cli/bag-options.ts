/** What the commands on bags have in common: which topic is which, which time counts, how an angle is read. */
import { type Command, Option } from 'commander';
import type { NamedTopics } from '../bags/choose-topics.ts';
import type { Role } from '../bags/roles.ts';
import type { Clock } from '../bags/signals.ts';
import { ANGLE_UNITS, type SteeringOptions } from '../data/import/curvature.ts';
import { UsageError } from '../errors.ts';
import { aboveZero, anyNumber, sign } from './number-flags.ts';

const TOPICS: Readonly<Record<Role, string>> = {
  camera: 'images, raw or compressed',
  gps: 'positions, sensor_msgs/NavSatFix',
  switch: 'whether autonomous mode is on',
  speed: 'm/s',
  steering: 'angle of the front wheels or the steering wheel',
  yaw_rate: 'rad/s, positive to the left',
  curvature: '1/m, positive to the left',
};

/** Adds `--switch` and the like for some roles, and the options on what the values mean. */
export function addBagOptions(command: Command, roles: readonly Role[]): Command {
  for (const role of roles) {
    const what = role === 'camera' || role === 'gps' ? 'TOPIC' : 'TOPIC or TOPIC.field';
    command.option(`--${role.replaceAll('_', '-')} <topic>`, `${what}: ${TOPICS[role]}; none: leave it out`);
  }
  return command
    .option('--on <value>', 'what the switch says in autonomous mode (default: 1 or true)', anyNumber)
    .option('--speed-scale <f>', 'm/s for one unit of the speed, e.g. 0.277778 for km/h', aboveZero)
    .option('--wheelbase <m>', 'distance of the axles; with it the steering gives the curvature', aboveZero)
    .option(
      '--steering-ratio <r>',
      'degrees of what is logged for one of the front wheels (default: 1)',
      aboveZero,
    )
    .addOption(
      new Option('--angle-unit <unit>', 'of the steering (default: rad)').choices(
        ANGLE_UNITS.filter((unit) => unit !== 'share'),
      ),
    )
    .option('--sign <sign>', '1: positive steering is to the left (default); -1: to the right', sign)
    .addOption(
      new Option('--time <time>', 'of messages (default: stamp, where the clocks agree)').choices([
        'stamp',
        'received',
      ]),
    );
}

export interface BagOptions {
  readonly topics: NamedTopics;
  readonly on?: number;
  readonly speedScale?: number;
  readonly steering: SteeringOptions;
  readonly clock?: Clock;
}

/** From commander's values. */
export function bagOptions(options: Readonly<Record<string, unknown>>): BagOptions {
  const topics: Partial<Record<Role, string>> = {};
  for (const role of Object.keys(TOPICS) as Role[]) {
    const given = options[role === 'yaw_rate' ? 'yawRate' : role];
    if (typeof given === 'string') topics[role] = given;
  }
  const { on, speedScale, wheelbase, steeringRatio, angleUnit, sign, time } = options;
  const steering = { wheelbase, ratio: steeringRatio, unit: angleUnit, sign };
  const said = Object.entries(steering).filter(([, value]) => value !== undefined);
  return {
    topics,
    on: on as number | undefined,
    speedScale: speedScale as number | undefined,
    steering: Object.fromEntries(said) as SteeringOptions,
    clock: time as Clock | undefined,
  };
}

/** @throws UsageError where a command was given several files and reads one */
export function onlyOneFile(command: Command): void {
  const { args } = command;
  if (args.length === 1) return;
  const areMcap = args.every((path) => path.endsWith('.mcap'));
  const way = areMcap
    ? `the parts of a split bag are joined first: mcap merge ${args.join(' ')} -o whole.mcap`
    : 'give them one after the other';
  throw new UsageError(`bag ${command.name()} reads one file, ${args.length} are given; ${way}`);
}
