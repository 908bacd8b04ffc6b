/**
 * What a command is, and how each is run: its words are read and all that is wrong with them is said at once; `--config`,
 * `--print_config`, `--print_schema`, `--json`, `--quiet`, Ctrl-C and progress are the same for all. A command is a file that
 * exports what {@link defineCommand} gives, and a line in commands.ts. docs/extending.md, "Add a command".
 */
import { z } from 'zod';
import type { Sources } from '../options/applies.ts';
import { everyOptions } from '../options/fields.ts';
import { type Given, jsonSchema, optionsOf } from '../options/flags.ts';
import { mergeOptions } from '../options/merge.ts';
import { commentedYaml, readOptionsFile } from '../options/yaml.ts';
import { abortOnStop, exitStatusOf } from '../stop-signals.ts';
import * as terminal from '../terminal.ts';
import { writeSafeCells } from '../text/csv-cells.ts';
import { assignOperands, type Operands, usageOf, type Values } from './operands.ts';
import { requirePlaces } from './out-path.ts';
import { type Progress, startProgress } from './progress.ts';
import { readWords } from './words.ts';

/** What the runner does for a command. */
export interface Tools<Control> {
  /** Flags that say how to run, not what. */
  readonly control: Control;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Where options were given. */
  readonly sources: Sources;
  readonly program: Program;
  /** Aborted by Ctrl-C, SIGTERM or SIGHUP. A command that never asks for it ends at once. */
  readonly signal: AbortSignal;
  /** Prints the result: with --json as JSON, else as text. */
  print(json: unknown, text: string): void;
  /** Tells people something on stderr; nothing with --quiet. */
  say(text: string): void;
  /** The same of what went wrong: also with --quiet. */
  warn(text: string): void;
  /** A bar, or lines where there is no terminal; it begins with the first update, and ends with the command. */
  progress(what: string, unit: string): Bar;
}

export interface Bar {
  /** @param what - replaces the text before the bar */
  update(done: number, total: number, what?: string): void;
  finish(): void;
}

/** The program that a command is part of. */
export interface Program {
  readonly version: string;
  /** Names of all commands. */
  readonly commands: readonly string[];
}

/** Of a run that is resumed: its options, and the file that has them. */
export interface Recorded {
  readonly options: Given;
  readonly path: string;
}

export interface CommandDefinition<
  Schema extends z.ZodObject = z.ZodObject,
  Control extends z.ZodObject = z.ZodObject,
  All extends Operands = Operands,
> {
  readonly operands?: All;
  /** What it takes, typed or in a file of --config: of src/options/. */
  readonly options: Schema;
  /** Flags that say how to run, not what; not in files. */
  readonly control?: Control;
  /** Below the help. */
  readonly notes?: () => string;
  /** What is wrong with options and operands together, a sentence each; said with all other faults. */
  faults?(given: Given, operands: Values<All>, json: boolean): string[];
  /** What to say of more operands than there are. */
  tooMany?(operands: readonly string[]): string;
  /** What to say when a signal has ended it. */
  readonly stopped?: string;
  /** Options of which the command itself finds out whether they have an effect. */
  judgedElsewhere?(control: z.output<Control>): readonly string[];
  /** The options of a run that is there, which count before the defaults. */
  recorded?(
    options: z.output<Schema>,
    control: z.output<Control>,
    config: string | undefined,
  ): Promise<Recorded | undefined>;
  run(
    options: z.output<Schema>,
    operands: Values<All>,
    tools: Tools<z.output<Control>>,
  ): Promise<void> | void;
}

/** Gives the definition back, with its types checked against each other. */
export function defineCommand<
  Schema extends z.ZodObject,
  Control extends z.ZodObject = z.ZodObject<Record<never, never>>,
  const All extends Operands = Record<never, never>,
>(definition: CommandDefinition<Schema, Control, All>): CommandDefinition {
  return definition as unknown as CommandDefinition;
}

/** All that can be typed after a command: its options, its flags, those of every command that it has not itself. */
export function schemaOf({ options, control }: CommandDefinition): z.ZodObject {
  const own: z.ZodRawShape = { ...options.shape, ...control?.shape };
  const ofEvery = Object.entries(everyOptions.shape).filter(([name]) => !(name in own));
  return z.strictObject({ ...own, ...Object.fromEntries(ofEvery) });
}

/**
 * Runs a command.
 *
 * @param name - e.g. `data check`
 * @param words - after the name
 * @throws UsageError, ConfigError listing all faults of the command line; whatever the command throws
 */
export async function runCommand(
  name: string,
  definition: CommandDefinition,
  words: readonly string[],
  program: Program,
): Promise<void> {
  const all = schemaOf(definition);
  const known = optionsOf(all);
  const lookUp = `ncp-train ${name} --help lists all`;
  const typed = readWords(words, known, lookUp);
  const ofEvery = pick(typed.options, Object.keys(everyOptions.shape));
  if (ofEvery.print_schema) {
    terminal.print(JSON.stringify(jsonSchema(definition.options), null, 2));
    return;
  }
  const config = ofEvery.config as string | undefined;
  const file = config === undefined ? {} : readOptionsFile(config);
  const json = ofEvery.json === true;
  const { values, faults: ofOperands } = assignOperands(
    typed.operands,
    definition.operands ?? {},
    definition.tooMany,
  );
  const wantsConfig = ofEvery.print_config === true;
  const operandsCount = !wantsConfig && !(typed.hasUnknown && typed.operands.length === 0);
  const usage = `usage: ${usageOf(name, definition.operands)}; ncp-train ${name} --help says more`;
  const operandFaults = operandsCount && ofOperands.length > 0 ? [...ofOperands, usage] : [];

  const control = definition.control ?? z.strictObject({});
  const flagsOf = (schema: z.ZodObject) => pick(typed.options, Object.keys(schema.shape));
  const controlled = checked(() =>
    mergeOptions(control, { flags: flagsOf(control) }, { where: '', faults: [] }),
  );
  const sources: Sources = { file, flags: flagsOf(definition.options) };
  const merged = (context: { recorded?: Recorded; judgedElsewhere?: readonly string[] }) => {
    const { recorded, judgedElsewhere } = context;
    const files = [recorded?.path, config].filter((one) => one !== undefined);
    const given: Given = { ...recorded?.options, ...file, ...sources.flags };
    const more = definition.faults?.({ ...given, ...flagsOf(control) }, values as never, json) ?? [];
    return mergeOptions(
      definition.options,
      { recorded: recorded?.options, ...sources },
      {
        where: files.length === 0 ? '' : `${files.join(', ')} and the command line`,
        lookUp,
        faults: [...controlled.faults, ...typed.faults, ...more, ...operandFaults],
        judgedElsewhere: judgedElsewhere && new Set(judgedElsewhere),
      },
    );
  };
  const given = merged({
    judgedElsewhere: definition.judgedElsewhere?.(controlled.value ?? {}),
  });
  if (wantsConfig) {
    const shown = { ...file, ...sources.flags };
    terminal.print(commentedYaml(definition.options, shown).replace(/\n$/, ''));
    return;
  }
  const recorded = await definition.recorded?.(given, controlled.value as never, config);
  const options = recorded === undefined ? given : merged({ recorded });
  requirePlaces(definition.options, options);
  if (controlled.value?.safe_csv === true || options.safe_csv === true) writeSafeCells(true);

  const quiet = ofEvery.quiet === true;
  const watch = watchSignals();
  const bars: Bar[] = [];
  const tools: Tools<Given> = {
    control: controlled.value as Given,
    json,
    quiet,
    sources,
    program,
    get signal() {
      return watch.signal();
    },
    print: (value, words) => terminal.print(json ? JSON.stringify(value, null, 2) : words),
    say: (words) => {
      if (!quiet) terminal.say(words);
    },
    warn: (words) => terminal.say(words),
    progress(what, unit) {
      const bar = openBar(what, unit, quiet);
      bars.push(bar);
      return bar;
    },
  };
  try {
    await definition.run(options as never, values as never, tools as never);
  } catch (error) {
    const by = watch.aborted();
    if (by === undefined) throw error;
    for (const bar of bars) bar.finish();
    process.exitCode = exitStatusOf(by);
    tools.say(definition.stopped ?? 'stopped');
  } finally {
    for (const bar of bars) bar.finish();
    watch.dispose();
  }
}

/** @returns a sentence where --json and another --format were given */
export const formatFaults = (format: unknown, json: boolean): string[] =>
  json && format !== undefined && format !== 'json'
    ? [`--json and --format ${format} contradict each other`]
    : [];

const pick = (options: Given, names: readonly string[]): Given =>
  Object.fromEntries(names.flatMap((name) => (name in options ? [[name, options[name]]] : [])));

/** What is wrong with the flags is said with all the rest. */
function checked(parse: () => Given): { value?: Given; faults: readonly string[] } {
  try {
    return { value: parse(), faults: [] };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { faults: [error.message] };
  }
}

function openBar(what: string, unit: string, quiet: boolean): Bar {
  let bar: Progress | undefined;
  return {
    update(done, total, text) {
      if (quiet) return;
      bar ??= startProgress(text ?? what, Math.max(1, total), unit);
      bar.update(done, text);
    },
    finish: () => bar?.finish(),
  };
}

/**
 * A command that does not ask for the signal ends at once, its bars too (they listen for `exit`), unless it listens itself,
 * as trainings do.
 */
function watchSignals() {
  const names = ['SIGINT', 'SIGTERM'] as const;
  const endAtOnce = (name: NodeJS.Signals) => {
    if (process.listenerCount(name) === 1) process.exit(exitStatusOf(name));
  };
  for (const name of names) process.on(name, endAtOnce);
  let stopping: ReturnType<typeof abortOnStop> | undefined;
  return {
    signal() {
      stopping ??= abortOnStop();
      return stopping.signal;
    },
    aborted: () => (stopping?.signal.aborted ? (stopping.signal.reason as NodeJS.Signals) : undefined),
    dispose() {
      for (const name of names) process.off(name, endAtOnce);
      stopping?.dispose();
    },
  };
}
