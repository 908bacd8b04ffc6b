/** Options as YAML files: written with every option explained, and read back. What the options are, schema.ts says. */
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { reading } from '../files/reading.ts';
import { reasonOf } from '../text/reason.ts';
import { appliesText } from './applies.ts';
import { type Given, type OptionDescription, optionsOf, valuesText } from './flags.ts';
import { yamlValue } from './yaml-value.ts';

/** However long a text is, and whatever stands in it. */
const ONE_LINE = { blockQuote: false, lineWidth: 0 } as const;

/**
 * Every option with its meaning, values and default as comments. An option without a value stands there as a comment
 * itself.
 *
 * @param values - instead of the defaults, by name
 */
export function commentedYaml(schema: z.ZodObject, values: Given = {}): string {
  return optionsOf(schema)
    .map((option) => {
      const value = values[option.name] ?? option.default;
      const line =
        value === undefined ? `# ${option.name}:` : stringify({ [option.name]: value }, ONE_LINE).trimEnd();
      return [`# ${option.description}`, `# ${factsText(option)}`, line, ''].join('\n');
    })
    .join('\n');
}

/**
 * Only the options that are chosen, each with its meaning, default and the reason of the choice.
 *
 * @throws Error if one is no option of the schema
 */
export function chosenYaml(
  schema: z.ZodObject,
  choices: Readonly<Record<string, { value: number | string; reason: string }>>,
): string {
  const options = new Map(optionsOf(schema).map((option) => [option.name, option]));
  return Object.entries(choices)
    .map(([name, { value, reason }]) => {
      const option = options.get(name);
      if (!option) throw new Error(`${name} is no option`);
      const head = [`# ${option.description}`, `# ${factsText(option)}`, `# ${reason}`];
      return [...head, stringify({ [name]: value }, ONE_LINE).trimEnd(), ''].join('\n');
    })
    .join('\n');
}

/** Values, default, and what it needs for an effect. */
function factsText(option: OptionDescription): string {
  const fallback = option.default === undefined ? undefined : JSON.stringify(option.default);
  return [
    valuesText(option),
    ...(fallback === undefined ? [] : [`default ${fallback.replaceAll('"', '')}`]),
    ...(option.required ? ['required'] : []),
    appliesText(option),
  ]
    .filter((text) => text !== '')
    .join('; ');
}

/**
 * Reads a file of options; whether they are right, `mergeOptions` says.
 *
 * @throws ConfigError if it cannot be read or is no YAML mapping, with line and column
 */
export function readOptionsFile(path: string): Given {
  return reading(path, () => {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw new ConfigError(
        `${path}: ${missing ? 'there is no such file' : `cannot be read: ${reasonOf(error)}`}`,
      );
    }
    let value: unknown;
    try {
      value = yamlValue(text);
    } catch (error) {
      throw new ConfigError(`${path}: ${reasonOf(error)}`);
    }
    if (value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw new ConfigError(
        `${path}: line 1: expected options as "name: value", found ${JSON.stringify(value)}`,
      );
    }
    return value as Given;
  });
}
