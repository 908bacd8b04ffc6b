/**
 * The command line: finds the command, has its file define it, runs it, and turns errors into an exit status
 * (0 done, 1 a bug, 2 usage, 3 data, 4 diverged, 5 backend). Results go to stdout, everything for people to stderr.
 * What the commands do is in their own files; this one knows none of them.
 */
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Command, CommanderError } from 'commander';
import { DataError, NcpTrainError, UsageError } from '../errors.ts';
import { print, say, terminal } from '../terminal.ts';
import { writeSafeCells } from '../text/csv-cells.ts';
import { unknownName } from '../text/nearest.ts';
import { indentedMessage } from '../text/printable.ts';
import { commands, groups } from './commands.ts';
import { ExplainedCommand } from './explained-command.ts';
import { surviveLostTerminal } from './lost-terminal.ts';

/**
 * Runs the command line.
 * @param argv - the arguments without node and script
 * @returns the exit status
 */
export async function main(argv: string[]): Promise<number> {
  surviveLostTerminal();
  const results = watchResults();
  process.stderr.on('error', () => undefined); // nobody reads it any more, or a disk is full: no reason to end work
  try {
    const args = helpLast(hyphenated(argv));
    refuseNoCommand(args);
    const program = await programFor(args);
    await program.parseAsync(args, { from: 'user' }).finally(() => terminal.endAll());
    await results.written();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return explain(error);
  }
}

/** Options may be spelt with underscores, as the paper's scripts do: `--experiment_id=4` is `--experiment-id=4`. */
export function hyphenated(argv: string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((arg, i) => {
    if (!arg.startsWith('--') || (end !== -1 && i >= end)) return arg;
    const [name] = arg.split('=', 1);
    return name.replaceAll('_', '-') + arg.slice(name.length);
  });
}

/** `help backend list` is `backend list --help`. */
function helpLast(args: string[]): string[] {
  return args[0] === 'help' ? [...args.slice(1), '--help'] : args;
}

/**
 * Words in the place of a command that are none. Commander would show its help for some, as if that had been asked for.
 *
 * @throws UsageError naming the nearest command, or those of the group that was named
 */
function refuseNoCommand([first, second]: readonly string[]): void {
  if (first === undefined || first.startsWith('-')) return;
  const firstWords = [...new Set(commands.map(({ name }) => name.split(' ')[0]))];
  if (!firstWords.includes(first)) {
    throw new UsageError(unknownName('command', first, firstWords, { lookUp: 'ncp-train --help lists all' }));
  }
  if (!(first in groups) || second === undefined || ['--help', '-h'].includes(second)) return;
  const secondWords = commands.flatMap(({ name }) =>
    name.startsWith(`${first} `) ? [name.split(' ')[1]] : [],
  );
  if (secondWords.includes(second)) return;
  if (second.startsWith('-')) {
    throw new UsageError(
      `${first}: which? One of ${secondWords.join(', ')} comes before the options, e.g. ncp-train ${first} ${secondWords[0]} ${second}`,
    );
  }
  throw new UsageError(unknownName(`command of ${first}`, second, secondWords));
}

/** All commands by name and summary, and the one that `args` names in full. */
async function programFor(args: string[]): Promise<Command> {
  const program = new ExplainedCommand('ncp-train')
    .description('Train and analyse neural circuit policies and the networks they were compared with')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help; after a command, its options')
    .configureOutput({ writeOut: (text) => print(unended(text)), writeErr: (text) => say(unended(text)) });
  program.helpCommand('help [command]', 'print the help of a command').exitOverride();
  const parents = new Map<string, Command>();
  const known = commands.map(({ name }) => name);
  for (const { name, summary, writesCsv, load } of commands) {
    const [first, second] = name.split(' ');
    let parent = program;
    if (second !== undefined) {
      parent = parents.get(first) ?? program.command(first).description(groups[first]).helpCommand(false);
      parents.set(first, parent);
    }
    const command = parent
      .command(second ?? first)
      .description(summary)
      .allowExcessArguments(false);
    if (second === undefined) parents.set(first, command.helpCommand(false));
    if (!isCalled(name, args)) continue;
    (await load()).define(command, known);
    if (writesCsv) addSafeCsv(command);
  }
  return program;
}

function addSafeCsv(command: Command): void {
  command
    .option('--safe-csv', 'CSV: an apostrophe before texts that a spreadsheet would compute (= + - @)')
    .hook('preAction', () => writeSafeCells(command.opts().safeCsv === true));
}

/** Without the newline at its end. */
const unended = (text: string) => text.replace(/\n$/, '');

/** `active select` is called by these two words, `active` by the first if no command of two words is meant. */
function isCalled(name: string, args: readonly string[]): boolean {
  const two = args.slice(0, 2).join(' ');
  return name === two || (name === args[0] && !commands.some((other) => other.name === two));
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has printed what was asked for. Help that stands in for a missing command (`commander.help`) is a fault.
    return ['commander.helpDisplayed', 'commander.version'].includes(error.code) ? 0 : 2;
  }
  if (error instanceof NcpTrainError) {
    say(`error: ${error instanceof DataError ? indentedMessage(error.message) : error.message}`);
    return error.exitStatus;
  }
  if ((error as NodeJS.ErrnoException)?.code === 'ENOSPC') {
    const { path } = error as NodeJS.ErrnoException;
    say(`error: the disk is full${path === undefined ? '' : `, writing ${path}`}`);
    return 3;
  }
  say(`${(error as Error)?.stack ?? error}\nThis is a bug in ncp-train ${version()}.`);
  return 1;
}

/** The reader has had enough, as `head` has, or the terminal is gone. */
const NO_READER = ['EPIPE', 'EIO'];

/**
 * Results that nobody reads are no reason to end work that also writes files. Results that could not be written, to a file on
 * a full disk, are a fault, which `print` keeps to itself.
 */
function watchResults(): { written(): Promise<void> } {
  let fault: NodeJS.ErrnoException | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!NO_READER.includes(error.code ?? '')) fault ??= error;
  });
  return {
    async written() {
      await nextTurn(); // a stream tells its faults a moment later
      if (fault) throw new DataError(`the result could not be written to stdout: ${fault.message}`);
    },
  };
}
