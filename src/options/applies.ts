/**
 * Options that have an effect only beside others: in words, for the help and the docs, and as a check. What the conditions are
 * stands beside each option in schema.ts. An option without effect is refused where somebody chose it, so that nobody
 * believes to have trained with it; a file that lists every option, at its default, chooses nothing.
 */
import type { z } from 'zod';
import type { Condition } from './fields.ts';
import { type Given, type OptionDescription, optionsOf } from './flags.ts';

/** Where the options of a run were given. */
export interface Sources {
  /** Of a run that was made before: what it was trained with stands, whether it had an effect or not. */
  readonly recorded?: Given;
  /** Of a file. */
  readonly file?: Given;
  readonly flags: Given;
}

/** `only with model wm and without wiring`; empty where the option always has an effect. */
export function appliesText({ applies }: Pick<OptionDescription, 'applies'>): string {
  const [positive, negative] = [applies.filter(isPositive), applies.filter((one) => !isPositive(one))];
  return [
    ...(positive.length === 0 ? [] : [`only ${positive.map(conditionText).join(' and ')}`]),
    ...negative.map((one) => `not ${conditionText(one)}`),
  ].join(', ');
}

/** `isNot: [undefined]`, which is "only with", and all that `is`. */
const isPositive = ({ is, isNot }: Condition) => is !== undefined || isNot?.[0] === undefined;

function conditionText({ option, is, isNot = [] }: Condition): string {
  const values = is ?? isNot;
  if (values[0] === undefined) return `${is ? 'without' : 'with'} ${option}`;
  if (values[0] === true) return `with ${option}`;
  const names = values.map(String);
  const list = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  return `with ${option} ${list}`;
}

/**
 * The condition that keeps an option from having an effect.
 *
 * @param values - of the options; one that is absent has its default
 * @param options - of the schema; conditions on others, which single runs have and a sweep has not, count as met
 */
export function hindrance(
  { applies }: Pick<OptionDescription, 'applies'>,
  values: Given,
  options: readonly OptionDescription[],
): Condition | undefined {
  return applies.find(({ option, is, isNot }) => {
    const other = options.find(({ name }) => name === option);
    if (other === undefined) return false;
    const value = values[option] ?? other.default;
    // What is missing or no value at all is a fault of its own.
    const isFault =
      value === undefined ? other.required : other.choices && !other.choices.includes(value as string);
    if (isFault) return false;
    return is ? !is.includes(value) : isNot?.includes(value);
  });
}

/**
 * The options that were chosen and change nothing, by name with a sentence each: given as flags, or in a file with
 * another value than the default.
 *
 * @param leftOut - options that are not judged
 */
export function withoutEffect(
  schema: z.ZodObject,
  { recorded, file, flags }: Sources,
  leftOut: ReadonlySet<string> = new Set(),
): Map<string, string> {
  const options = optionsOf(schema);
  const values = { ...recorded, ...file, ...flags };
  const sentences = new Map<string, string>();
  for (const option of options) {
    const { name } = option;
    if (leftOut.has(name) || !isChosen(option, { recorded, file, flags })) continue;
    const condition = hindrance(option, values, options);
    if (!condition) continue;
    const given = name in flags ? asFlag(name, values[name]) : `${name} ${String(values[name])}`;
    const other = values[condition.option] ?? options.find((one) => one.name === condition.option)?.default;
    sentences.set(
      name,
      `${given} has no effect ${standing(condition.option, other)}${wanted(condition)}; leave it out`,
    );
  }
  return sentences;
}

/** Whether somebody decided on an option: by a flag, or by a file in which it is not the default. */
export function isChosen({ name, default: fallback }: OptionDescription, sources: Sources): boolean {
  const { recorded = {}, file = {}, flags } = sources;
  const value = name in flags ? flags[name] : file[name];
  if (value === undefined || (name in recorded && recorded[name] === value)) return false;
  return name in flags || value !== fallback;
}

/** Where what is wanted is not just the contrary of what stands. */
const wanted = (condition: Condition) =>
  condition.is && condition.is[0] !== undefined && condition.is[0] !== true
    ? `, only ${conditionText(condition)}`
    : '';

function asFlag(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? `--${name}` : `--no-${name}`;
  return `--${name} ${String(value)}`;
}

/** `with model lstm`, `without --perspective`. */
function standing(name: string, value: unknown): string {
  if (value === undefined || value === false) return `without --${name}`;
  return value === true ? `with ${name}` : `with ${name} ${String(value)}`;
}
