/**
 * The options of a schema as flags of a command, and back: `--lr <number>`, `--perspective`, `--no-perspective`, with the
 * schema's meanings, values and defaults in the help. Values are not checked flag by flag but all at once, with those of
 * `--config`, by the schema.
 */
import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { appliesText, type Sources } from '../options/applies.ts';
import { type Given, jsonSchema, type OptionDescription, optionsOf, typedValue } from '../options/flags.ts';
import { type Context, mergeOptions } from '../options/merge.ts';
import { commentedYaml, readOptionsFile } from '../options/yaml.ts';
import { print } from '../terminal.ts';
import { unknownFlag } from '../text/nearest.ts';
import { shellWord } from '../text/shell-word.ts';
import { lookUpOptions, shownFlags, spelt } from './explained-command.ts';

/** Adds a flag for every option of the schema, `--config`, `--print-config` and `--print-schema`. */
export function addOptionFlags(command: Command, schema: z.ZodObject): Command {
  for (const option of optionsOf(schema)) for (const flag of flagsOf(option)) command.addOption(flag);
  return command
    .option('--config <file>', 'read options from a YAML file; flags win over it (see configs/)')
    .option('--print-config', 'print the options as they would be used, as YAML, and end')
    .option('--print-schema', 'print the JSON Schema of the options, and end')
    .allowUnknownOption() // so that they are reported with all other faults
    .allowExcessArguments();
}

/** Of a run that is resumed: its options, and the file that has them. */
export interface Recorded {
  readonly options: Given;
  readonly path: string;
}

/** What was given to a command that was called, unchecked. */
export function sourcesOf(command: Command, schema: z.ZodObject): Sources {
  const path: string | undefined = command.getOptionValue('config');
  return { file: path === undefined ? {} : readOptionsFile(path), flags: givenFlags(command, schema) };
}

/**
 * The options of a command that was called, checked: flags before `--config`, that before `recorded`, the schema's defaults
 * last.
 *
 * @param judgedElsewhere - options of which another says whether they have an effect
 * @returns undefined if printing them was all that was asked for
 * @throws ConfigError listing every fault
 */
export function optionsFrom<Schema extends z.ZodObject>(
  command: Command,
  schema: Schema,
  { recorded, judgedElsewhere }: { recorded?: Recorded } & Pick<Context, 'judgedElsewhere'> = {},
): z.output<Schema> | undefined {
  if (command.getOptionValue('printSchema')) {
    print(JSON.stringify(jsonSchema(schema), null, 2));
    return undefined;
  }
  const path: string | undefined = command.getOptionValue('config');
  const files = [recorded?.path, path].filter((one) => one !== undefined);
  const options = mergeOptions(
    schema,
    { recorded: recorded?.options, ...sourcesOf(command, schema) },
    {
      where: files.length === 0 ? 'options' : `${files.join(', ')} and the command line`,
      lookUp: lookUpOptions(command),
      faults: unknownWords(command),
      judgedElsewhere,
    },
  );
  if (command.getOptionValue('printConfig')) {
    print(commentedYaml(schema, options).replace(/\n$/, ''));
    return undefined;
  }
  return options;
}

/**
 * Options that differ from their defaults, as they are typed in a shell to give them again.
 *
 * @param names - of the options to give; by default all
 * @returns e.g. `['--model wm', '--no-final']`
 */
export function typedFlags(schema: z.ZodObject, options: Given, names?: readonly string[]): string[] {
  const typed = (name: string, value: unknown) => {
    if (typeof value === 'boolean') return `--${value ? '' : 'no-'}${name}`;
    return `--${name} ${shellWord(String(value))}`;
  };
  return optionsOf(schema)
    .filter(({ name }) => names === undefined || names.includes(name))
    .filter((option) => options[option.name] !== undefined && options[option.name] !== option.default)
    .map(({ name }) => typed(name, options[name]));
}

/** Of a boolean the form that changes something is shown in the help; the other one works too. */
function flagsOf(option: OptionDescription): Option[] {
  const { name, description, kind, choices, range } = option;
  const long = name.replaceAll('_', '-');
  const applies = appliesText(option);
  if (kind === 'boolean') {
    const on = applies === '' ? description : `${description} (${applies})`;
    const off = `not: ${on}`;
    return [
      new Option(`--${long}`, on).hideHelp(option.default === true),
      new Option(`--no-${long}`, off).hideHelp(option.default !== true),
    ];
  }
  const notes = [
    ...(choices ? [choices.join(', ')] : range === '' ? [] : [range]),
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
    ...(option.required ? ['required'] : []),
    ...(applies === '' ? [] : [applies]),
  ];
  const help = notes.length > 0 ? `${description} (${notes.join('; ')})` : description;
  return [new Option(`--${long} <${choices && kind === 'string' ? 'name' : kind}>`, help)];
}

/** What was typed, by the schema's names. */
function givenFlags(command: Command, schema: z.ZodObject): Given {
  const given: Record<string, unknown> = {};
  for (const option of optionsOf(schema)) {
    const attribute = new Option(`--${option.name.replaceAll('_', '-')}`).attributeName();
    if (command.getOptionValueSource(attribute) !== 'cli') continue;
    const value: unknown = command.getOptionValue(attribute);
    given[option.name] = typeof value === 'string' ? typedValue(option, value) : value;
  }
  return given;
}

/**
 * A sentence for every word that is no flag of the command; the word after an unknown flag is taken for its value, and words
 * before it for the command's arguments, where it has any.
 */
function unknownWords(command: Command): string[] {
  const known = shownFlags(command);
  const faults: string[] = [];
  let expectsValue = false;
  const flagAt = command.args.findIndex((word) => word.startsWith('-'));
  const operands =
    command.registeredArguments.length === 0 ? 0 : flagAt === -1 ? command.args.length : flagAt;
  for (const word of command.args.slice(operands)) {
    const [, dashes, name, value] = /^(--?)([^\d=-][^=]*)(=.*)?$/s.exec(word) ?? [];
    const flag = name === undefined ? undefined : spelt(dashes + name);
    if (flag !== undefined && known.includes(flag)) faults.push(`${flag} takes no value, got "${word}"`);
    else if (flag !== undefined) faults.push(unknownFlag(flag, known, lookUpOptions(command)));
    else if (!expectsValue) faults.push(`unexpected argument "${word}"; options begin with --`);
    expectsValue = name !== undefined && value === undefined;
  }
  return faults;
}
