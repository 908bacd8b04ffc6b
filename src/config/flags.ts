/**
 * What the options of a schema look like from outside: name, meaning, values and default of each, as the command line, the
 * configuration files and their checks need them. Read from the schema by way of its JSON Schema; nothing is
 * repeated here.
 */
import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { contradictions } from './contradictions.ts';
import { parseOptions } from './parse.ts';

export interface OptionDescription {
  readonly name: string;
  readonly description: string;
  readonly kind: 'integer' | 'number' | 'boolean' | 'string';
  /** The values there are, if they are few. */
  readonly choices?: readonly (string | number)[];
  /** Bounds and form in words, e.g. `> 0, ≤ 1`; empty where any value of the kind will do. */
  readonly range: string;
  readonly default?: unknown;
  readonly required: boolean;
}

interface Property {
  readonly description?: string;
  readonly type?: OptionDescription['kind'];
  readonly enum?: readonly (string | number)[];
  readonly anyOf?: readonly { readonly const?: string | number; readonly type?: OptionDescription['kind'] }[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
  readonly default?: unknown;
}

/** For editors and other programs: of what may be given, so that an option with a default may be left out. */
export function jsonSchema(schema: z.ZodObject): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' });
}

/** The options in the schema's order. */
export function optionsOf(schema: z.ZodObject): OptionDescription[] {
  const { properties, required = [] } = jsonSchema(schema) as {
    properties: Record<string, Property>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    description: property.description ?? '',
    kind: property.type ?? property.anyOf?.[0].type ?? 'string',
    choices: property.enum ?? property.anyOf?.flatMap((one) => one.const ?? []),
    range: rangeText(property),
    default: property.default,
    required: required.includes(name),
  }));
}

function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, pattern }: Property): string {
  const bound = (sign: string, value: number | undefined) =>
    value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? [] : [`${sign} ${value}`];
  return [
    ...bound('>', exclusiveMinimum),
    ...bound('≥', minimum),
    ...bound('<', exclusiveMaximum),
    ...bound('≤', maximum),
    ...(pattern === undefined ? [] : [`like ${pattern}`]),
  ].join(', ');
}

/** `integer, ≥ 1`, or `wm, lstm or cnn`. */
export function valuesText({ kind, choices, range }: OptionDescription): string {
  if (choices) return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
  return [kind, range].filter((text) => text !== '').join(', ');
}

/**
 * A value as typed on the command line. What is no value of the option's kind stays text, for the schema to refuse
 * together with all other faults.
 */
export function typedValue({ kind, choices }: OptionDescription, text: string): unknown {
  const isNumber = kind === 'number' || kind === 'integer' || typeof choices?.[0] === 'number';
  const number = Number(text);
  return isNumber && text.trim() !== '' && !Number.isNaN(number) ? number : text;
}

/** Options by name as they were given, unchecked. */
export type Given = Readonly<Record<string, unknown>>;

/**
 * Defaults, over them the options of a file, over them the flags.
 *
 * @param where - for the message: the command line, and the file if there is one
 * @param faults - found already, to be reported together with the others
 * @throws ConfigError listing every fault of file and flags, unknown names with the nearest known one
 */
export function mergeOptions<Schema extends z.ZodObject>(
  schema: Schema,
  given: { readonly file?: Given; readonly flags: Given },
  where: string,
  faults: readonly string[] = [],
): z.output<Schema> {
  const input = { ...given.file, ...given.flags };
  const more = [...contradictions(input), ...faults];
  try {
    const options = parseOptions(schema, input, where);
    if (more.length === 0) return options;
  } catch (error) {
    if (!(error instanceof ConfigError) || more.length === 0) throw error;
    throw new ConfigError([error.message, ...more].join('\n  '));
  }
  throw new ConfigError(`${where}: ${more.join('\n  ')}`);
}
