/**
 * The command line: finds the command, runs it (command.ts), and turns errors into an exit status (0 done, 1 a bug, 2 usage,
 * 3 data, 4 diverged, 5 backend). Results go to stdout, everything for people to stderr.
 * What the commands do is in their own files; this one knows none of them.
 */
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DataError, NcpTrainError, UsageError } from '../errors.ts';
import { print, say, terminal } from '../terminal.ts';
import { unknownFlag, unknownName } from '../text/nearest.ts';
import { indentedMessage } from '../text/printable.ts';
import { type CommandEntry, commands, groups } from './commands.ts';
import { surviveLostTerminal } from './lost-terminal.ts';

const LOOK_UP = 'ncp-train --help lists all';

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
    await run(helpLast(argv)).finally(() => terminal.endAll());
    await results.written();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return explain(error, argv.includes('--debug'));
  }
}

/** `help backend list` is `backend list --help`. */
function helpLast(args: readonly string[]): readonly string[] {
  return args[0] === 'help' ? [...args.slice(1), '--help'] : args;
}

async function run(args: readonly string[]): Promise<void> {
  if (args[0] === '--version') return print(version());
  const entry = entryOf(args);
  if (entry === undefined) return groupHelp(args);
  const words = args.slice(entry.name.split(' ').length);
  const definition = (await entry.load()).default;
  if (asksForHelp(words)) {
    const { helpOf } = await import('./help.ts');
    const below = commands.filter(({ name }) => name.startsWith(`${entry.name} `));
    const also = below.map(({ name, summary }) => `\nAlso: ncp-train ${name}: ${summary}\n`).join('');
    return print(unended(helpOf(entry.name, entry.summary, definition) + also));
  }
  const { runCommand } = await import('./command.ts');
  await runCommand(entry.name, definition, words, {
    version: version(),
    commands: commands.map(({ name }) => name),
  });
}

/** The command whose words the arguments begin with; the longest, as `active select` begins with `active`. */
function entryOf(args: readonly string[]): CommandEntry | undefined {
  return commands
    .filter(({ name }) => name.split(' ').every((word, n) => args[n] === word))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

/**
 * The help of the program or of a group, where it was asked for, or where a command is missing.
 *
 * @throws UsageError for words in the place of a command that are none
 */
async function groupHelp(args: readonly string[]): Promise<void> {
  const { helpOfGroup, nextWords } = await import('./program-help.ts');
  let count = 0;
  while (args.slice(0, count + 1).join(' ') in groups && count < args.length) count += 1;
  const group = args.slice(0, count).join(' ');
  const next = args[count];
  if (next === '--help' || next === '-h') return print(unended(helpOfGroup(group)));
  const words = nextWords(group);
  if (next === undefined) {
    say(unended(helpOfGroup(group)));
    process.exitCode = 2;
  } else if (!next.startsWith('-')) {
    throw new UsageError(
      group === ''
        ? unknownName('command', next, words, { lookUp: LOOK_UP })
        : unknownName(`command of ${group}`, next, words),
    );
  } else if (group === '') {
    throw new UsageError(unknownFlag(next, ['--help', '--version'], LOOK_UP));
  } else {
    throw new UsageError(
      `${group}: which? One of ${words.join(', ')} comes before the options, e.g. ncp-train ${group} ${words[0]} ${next}`,
    );
  }
}

/** Also where other words are wrong: help is what whoever typed them needs. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).some((word) => word === '--help' || word === '-h');
}

/** Without the newline at its end. */
const unended = (text: string) => text.replace(/\n$/, '');

function version(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}

/** @param debug - with the place in the program where an error came up, and what caused it */
function explain(error: unknown, debug: boolean): number {
  const stack = stackOf(error);
  if (error instanceof NcpTrainError) {
    say(`error: ${error instanceof DataError ? indentedMessage(error.message) : error.message}`);
    if (debug) say(stack);
    return error.exitStatus;
  }
  if ((error as NodeJS.ErrnoException)?.code === 'ENOSPC') {
    const { path } = error as NodeJS.ErrnoException;
    say(`error: the disk is full${path === undefined ? '' : `, writing ${path}`}`);
    if (debug) say(stack);
    return 3;
  }
  say(`error: ${(error as Error)?.message ?? error}`);
  if (debug) say(stack);
  const what = debug ? 'all of this' : 'what it prints when --debug is added';
  say(`This is a bug in ncp-train ${version()}. Please report it with the command, and with ${what}.`);
  return 1;
}

/** With the causes of an error, each with its own stack. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? String(error);
  return error.cause === undefined ? stack : `${stack}\ncaused by ${stackOf(error.cause)}`;
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
