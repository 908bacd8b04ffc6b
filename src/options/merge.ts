/** How defaults, a run's recorded options, a file and flags come together, and every fault of them in one message. */
import type { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { type Sources, withoutEffect } from './applies.ts';
import { contradictions } from './contradictions.ts';
import type { Given } from './flags.ts';
import { messageOf, parseOptions } from './parse.ts';

/** Of the message, if there is one. */
export interface Context {
  /** The command line, and the file if there is one. */
  readonly where: string;
  /** Where all options can be looked up, e.g. `ncp-train passive --help lists all`. */
  readonly lookUp?: string;
  /** Found already, to be reported together with the others. */
  readonly faults?: readonly string[];
  /** Options that are judged elsewhere as to whether they have an effect: those of a sweep's runs, run by run. */
  readonly judgedElsewhere?: ReadonlySet<string>;
}

/**
 * Defaults, over them the options of a run that was made before, those of a file, the flags.
 *
 * @throws ConfigError listing every fault of file and flags, unknown names with the nearest known one, and options that
 *   were chosen and have no effect
 */
export function mergeOptions<Schema extends z.ZodObject>(
  schema: Schema,
  given: Sources,
  { where, lookUp, faults = [], judgedElsewhere }: Context,
): z.output<Schema> {
  const input: Given = { ...given.recorded, ...given.file, ...given.flags };
  const idle = withoutEffect(schema, given, judgedElsewhere);
  const effective = Object.fromEntries(Object.entries(input).filter(([name]) => !idle.has(name)));
  const more = [...contradictions(effective), ...idle.values(), ...faults];
  // As it was given: in a file without dashes.
  const spelling = (name: string) =>
    name in (given.file ?? {}) && !(name in given.flags) ? name : `--${name}`;
  try {
    const options = parseOptions(schema, input, where, lookUp, spelling);
    if (more.length === 0) return options;
  } catch (error) {
    if (!(error instanceof ConfigError) || more.length === 0) throw error;
    throw new ConfigError([error.message, ...more].join('\n  '));
  }
  throw new ConfigError(messageOf(where, more));
}
