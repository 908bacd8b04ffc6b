/** The help of the program and of its commands, laid out by commander: options with their meanings, values and defaults. */
import { Command, Option } from 'commander';
import { appliesText } from '../options/applies.ts';
import { everyOptions } from '../options/fields.ts';
import { type OptionDescription, optionsOf } from '../options/flags.ts';
import { type CommandDefinition, schemaOf } from './command.ts';
import { usageOf } from './operands.ts';

/** @param name - as typed, @param summary - of commands.ts */
export function helpOf(name: string, summary: string, definition: CommandDefinition): string {
  const usage = usageOf(name, definition.operands).slice(`ncp-train ${name} `.length);
  const help = new Command(`ncp-train ${name}`).usage(usage).description(summary).helpOption(false);
  for (const [operand, { what, fallback }] of Object.entries(definition.operands ?? {})) {
    help.argument(`[${operand}]`, fallback === undefined ? what : `${what} (default: ${fallback})`);
  }
  for (const option of optionsOf(schemaOf(definition))) {
    const isOfEvery = option.name in everyOptions.shape && !(option.name in definition.options.shape);
    for (const flag of flagsOf(option)) {
      help.addOption(flag.helpGroup(isOfEvery ? 'Options of every command:' : 'Options:'));
    }
  }
  help.addOption(new Option('-h, --help', 'print this help').helpGroup('Options of every command:'));
  const notes = definition.notes?.();
  return help.helpInformation() + (notes === undefined ? '' : `\n${notes}\n`);
}

/** Of a boolean the form that changes something is shown; the other one works too. */
function flagsOf(option: OptionDescription): Option[] {
  const { name, description, kind, choices, range, bare } = option;
  const applies = appliesText(option);
  if (kind === 'boolean') {
    const on = applies === '' ? description : `${description} (${applies})`;
    return [option.default === true ? new Option(`--no_${name}`, `not: ${on}`) : new Option(`--${name}`, on)];
  }
  const notes = [
    ...(choices && bare === undefined ? [choices.join(', ')] : range === '' ? [] : [range]),
    ...(option.default === undefined || kind === 'list' ? [] : [`default: ${option.default}`]),
    ...(option.required ? ['required'] : []),
    ...(applies === '' ? [] : [applies]),
  ];
  const text = notes.length > 0 ? `${description} (${notes.join('; ')})` : description;
  const others = choices?.filter((choice) => choice !== bare).join('|');
  const value =
    bare !== undefined
      ? `[${others}]`
      : kind === 'list'
        ? '<text...>'
        : `<${choices && kind === 'string' ? 'name' : kind === 'string' ? 'text' : kind}>`;
  return [new Option(`--${name} ${value}`, text)];
}
