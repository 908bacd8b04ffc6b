/**
 * What the options of a schema look like from outside: name, meaning, values and default of each, as the command line, the
 * configuration files and their checks need them. Read from the schema by way of its JSON Schema; nothing is
 * repeated here.
 */
import { z } from 'zod';
import { shellWord } from '../text/shell-word.ts';
import type { Node } from './expected.ts';
import type { Condition, More } from './fields.ts';

export interface OptionDescription {
  readonly name: string;
  readonly description: string;
  /** `list`: of texts, as many as there are. */
  readonly kind: 'integer' | 'number' | 'boolean' | 'string' | 'list';
  /** The values there are, if they are few. */
  readonly choices?: readonly (string | number)[];
  /** Bounds and form in words, e.g. `> 0, ≤ 1`; empty where any value of the kind will do. */
  readonly range: string;
  readonly default?: unknown;
  readonly required: boolean;
  /** What has to hold for it to have an effect; see applies.ts. */
  readonly applies: readonly Condition[];
  /** See `More` in fields.ts. */
  readonly writes?: 'file' | 'folder';
  readonly bare?: string;
  readonly adds?: boolean;
}

interface Property extends Node {
  readonly type?: Exclude<OptionDescription['kind'], 'list'> | 'array';
  readonly anyOf?: readonly { readonly const?: string | number; readonly type?: Property['type'] }[];
  readonly default?: unknown;
}

/** For editors and other programs: of what may be given, so that an option with a default may be left out. */
export function jsonSchema(schema: z.ZodObject): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema: node }) => {
      for (const key of OWN_KEYS) delete node[key];
    },
  });
}

/** What the schema says beside what a JSON Schema knows. */
const OWN_KEYS = ['form', 'applies', 'otherNames', 'writes', 'bare', 'adds'] as const;

/** The options in the schema's order. */
export function optionsOf(schema: z.ZodObject): OptionDescription[] {
  const { properties, required = [] } = z.toJSONSchema(schema, { io: 'input' }) as {
    properties: Record<string, Property>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    description: property.description ?? '',
    kind: kindOf(property.type ?? property.anyOf?.[0].type ?? 'string'),
    choices: property.enum ?? property.anyOf?.flatMap((one) => one.const ?? []),
    range: rangeText(property),
    default: property.default,
    required: required.includes(name),
    applies: [],
    ...(schema.shape[name].meta() as Pick<More, 'applies' | 'writes' | 'bare' | 'adds'>),
  }));
}

const kindOf = (type: NonNullable<Property['type']>) => (type === 'array' ? 'list' : type);

function rangeText(property: Property): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, pattern, form } = property;
  if (pattern !== undefined && form === undefined) {
    throw new Error(`the pattern ${pattern} has no words for its users; give them as \`form\``);
  }
  const bound = (sign: string, value: number | undefined) =>
    value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? [] : [`${sign} ${value}`];
  return [
    ...bound('>', exclusiveMinimum),
    ...bound('≥', minimum),
    ...bound('<', exclusiveMaximum),
    ...bound('≤', maximum),
    ...(pattern === undefined || form === undefined ? [] : [form]),
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
 * Options that differ from their defaults, as they are typed in a shell to give them again.
 *
 * @param names - of the options to give; by default all
 * @returns e.g. `['--model wm', '--no_final']`
 */
export function typedFlags(schema: z.ZodObject, options: Given, names?: readonly string[]): string[] {
  const typed = (name: string, value: unknown) => {
    if (typeof value === 'boolean') return `--${value ? '' : 'no_'}${name}`;
    return `--${name} ${shellWord(String(value))}`;
  };
  return optionsOf(schema)
    .filter(({ name }) => names === undefined || names.includes(name))
    .filter((option) => options[option.name] !== undefined && options[option.name] !== option.default)
    .map(({ name }) => typed(name, options[name]));
}
