/**
 * A command of commander's whose faults are said in this program's words: what was typed, what is wanted, where to look. Commander
 * finds them and gives each a code; options of a schema, which it does not check, have their sentences from option-flags.ts.
 */
import { Command, type ErrorOptions, type Option } from 'commander';
import { UsageError } from '../errors.ts';
import { unknownFlag, unknownName } from '../text/nearest.ts';

export class ExplainedCommand extends Command {
  override createCommand(name?: string): ExplainedCommand {
    return new ExplainedCommand(name);
  }

  /** @throws UsageError always */
  override error(message: string, { code }: ErrorOptions = {}): never {
    throw new UsageError(sentence(this, message.replace(/^error: /, ''), code));
  }
}

/** As it is typed: `ncp-train sweep passive`. */
export function calledAs(command: Command): string {
  return command.parent ? `${calledAs(command.parent)} ${command.name()}` : command.name();
}

/** Where its options stand. */
export const lookUpOptions = (command: Command) => `${calledAs(command)} --help lists all`;

/** The options that the help shows, as they are spelt in the docs. */
export function shownFlags(command: Command): string[] {
  return command.options.filter(({ hidden }) => !hidden).map(({ long }) => spelt(long ?? ''));
}

/** `--batch-size`, as commander knows it, is `--batch_size` in the docs. */
export const spelt = (flag: string) =>
  flag.replace(/^(-*)(.*)$/s, (_, dashes, name) => dashes + name.replaceAll('-', '_'));

function sentence(command: Command, message: string, code: string | undefined): string {
  const [, quoted = ''] = /'(.*?)'/s.exec(message) ?? [];
  const option = command.options.find(({ flags }) => flags === quoted);
  switch (code) {
    case 'commander.unknownOption':
      return unknownFlag(spelt(quoted), shownFlags(command), lookUpOptions(command));
    case 'commander.missingArgument':
      return `${argumentText(command, quoted)}\n  ${usage(command)}`;
    case 'commander.excessArguments': {
      const excess = command.args[command.registeredArguments.length];
      return `unexpected argument ${JSON.stringify(excess)}\n  ${usage(command)}`;
    }
    case 'commander.optionMissingArgument':
      return `${flagText(option, quoted)} needs a value: ${option?.description ?? ''}`;
    case 'commander.missingMandatoryOptionValue':
      return `${flagText(option, quoted)} is missing: ${option?.description ?? ''}\n  ${usage(command)}`;
    case 'commander.invalidArgument':
      return invalid(command, message);
    default:
      return message;
  }
}

function argumentText(command: Command, name: string): string {
  const argument = command.registeredArguments.find((one) => one.name() === name);
  return `${name} is missing: ${argument?.description || `which ${name}?`}`;
}

const flagText = (option: Option | undefined, quoted: string) => spelt(option?.long ?? quoted);

/** Commander's `option '--split <name>' argument 'x' is invalid. Expected …`, and the same of an argument. */
function invalid(command: Command, message: string): string {
  const [, flags, ofOption, ofArgument, wanted] =
    /^(?:option '(.*?)' argument '(.*)' is invalid|command-argument value '(.*)' is invalid for argument '.*?')\. (.*)$/s.exec(
      message,
    ) ?? [];
  if (wanted === undefined) return message;
  const value = ofOption ?? ofArgument;
  const option = command.options.find((one) => one.flags === flags);
  if (option?.argChoices) {
    return `${spelt(option.long ?? '')}: ${unknownName('value', value, option.argChoices)}`;
  }
  const expected = wanted.charAt(0).toLowerCase() + wanted.slice(1).replace(/\.$/, '');
  return `${option ? spelt(option.long ?? '') : ''} ${value}: ${expected}`.trim();
}

/** `usage: ncp-train replay [options] <checkpoint> <recording>; ncp-train replay --help says more` */
function usage(command: Command): string {
  return `usage: ${calledAs(command)} ${command.usage()}; ${calledAs(command)} --help says more`;
}
