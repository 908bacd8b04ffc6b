/**
 * What `--set lr=1e-3,5e-4` says: values of training options to try. Several make every combination. Each combination has
 * a session name of its own, so that its runs lie apart and are a row of their own in the results.
 */
import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { type OptionDescription, optionsOf, typedValue } from '../options/flags.ts';
import { unknownName } from '../text/nearest.ts';

/** An option and one of its values. */
export interface Assignment {
  readonly name: string;
  readonly value: unknown;
}

/** What has an option of the sweep's own, or is made by it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  model: '--models names the models',
  experiment_id: '--folds names the folds',
  folds: '--folds says it for all runs',
  base_path: '--base_path is for all runs; each combination adds its values to it',
  sessions_dir: '--sessions_dir is for all runs',
};

/**
 * @param text - assignments with a space between, `lr=1e-3,5e-4 seed=1,2`; values that hold a comma are parted by `;`
 * @param schema - of the runs
 * @returns every combination, the first option's values outermost; one that is empty where nothing is set
 * @throws UsageError for what is no assignment, unknown options, the same option or value twice
 */
export function settings(text: string | undefined, schema: z.ZodObject): Assignment[][] {
  const known = optionsOf(schema);
  const axes = (text ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => axis(word, known));
  const twice = axes.find(({ name }, n) => axes.findIndex((other) => other.name === name) !== n);
  if (twice) throw new UsageError(`set: ${twice.name} is given twice; put all its values into one`);
  return axes.reduce<Assignment[][]>(
    (before, { name, values }) => before.flatMap((some) => values.map((value) => [...some, { name, value }])),
    [[]],
  );
}

/** What a combination adds to the session's name, `lr-0.001-seed-2`. */
export function labelOf(combination: readonly Assignment[]): string {
  return combination.map(({ name, value }) => `${name}-${inName(value)}`).join('-');
}

function axis(word: string, known: readonly OptionDescription[]): { name: string; values: unknown[] } {
  const [, given, list] = /^([^=]+)=(.*)$/.exec(word) ?? [];
  if (given === undefined || list === '') {
    throw new UsageError(
      `set ${JSON.stringify(word)}: expected an option and its values, such as lr=1e-3,5e-4`,
    );
  }
  const name = given.replace(/^--/, '').replaceAll('-', '_');
  if (name in ELSEWHERE) throw new UsageError(`set ${name}: ${ELSEWHERE[name]}`);
  const option = known.find((one) => one.name === name);
  if (!option)
    throw new UsageError(
      `set: ${unknownName(
        'option',
        name,
        known.map((one) => one.name),
        { lookUp: 'ncp-train sweep passive --help lists all' },
      )}`,
    );
  const texts = list.split(list.includes(';') ? ';' : ',');
  const values = texts.map((text) => typed(option, text.trim()));
  const labels = values.map(inName);
  const again = labels.findIndex((label, n) => labels.indexOf(label) !== n);
  if (again >= 0)
    throw new UsageError(
      `set ${name}: ${texts[again].trim()} would be the same runs as another of its values`,
    );
  return { name, values };
}

function typed(option: OptionDescription, text: string): unknown {
  if (option.kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return typedValue(option, text);
}

/** A session's name holds letters, digits, `_`, `.` and `-`. */
const inName = (value: unknown) => String(value).replaceAll(/[^\w.-]+/g, '_');
