/**
 * What a run says of itself: `config.yaml`, every option as it was resolved, and `run.json`, with everything else that is
 * needed to repeat it. And whether it may be resumed with what is asked for now. Both files end in a digest of themselves;
 * 0.1.0 wrote none.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '../../errors.ts';
import { digestOf } from '../../files/digest.ts';
import { reading } from '../../files/reading.ts';
import type { InputDescription } from '../../models/input-description.ts';
import { hindrance } from '../../options/applies.ts';
import { optionsOf } from '../../options/flags.ts';
import { parseOptions } from '../../options/parse.ts';
import { activeOptions, passiveOptions } from '../../options/schema.ts';
import { yamlValue } from '../../options/yaml-value.ts';
import { reasonOf } from '../../text/reason.ts';
import type { Floors } from '../floors.ts';
import { anchored } from './run-paths.ts';

export const CONFIG_FILE = 'config.yaml';
export const RECORD_FILE = 'run.json';

export type RunState = 'running' | 'finished' | 'stopped' | 'failed';
export type Config = Readonly<Record<string, unknown>>;

/** For `run.json`. Anything may stand here; what is named has a meaning when a run is resumed. */
export interface RunFacts extends Readonly<Record<string, unknown>> {
  /** As typed, without node and script. */
  readonly argv?: readonly string[];
  /** Of the data that is trained on; a run is not resumed on other data. */
  readonly fingerprint?: string;
  /** Each with the digest of all that is trained on; 0.1.0 recorded none. The fingerprint has only parts of large files. */
  readonly recordings?: readonly TrainedRecording[];
  /** What the model is trained on, as in its weights file. */
  readonly input?: InputDescription;
  /** Folds of the cross-testing that a passive run is part of. */
  readonly folds?: number;
  /** What the model has to beat, by split. */
  readonly floors?: { readonly validation: Floors; readonly test?: Floors };
  /** What computes. If another does after a resume, results agree to rounding only, and that is said. */
  readonly backend?: string;
  readonly workers?: number;
  readonly threads?: number;
  readonly processor?: string;
  /** Of this program, Node and the libraries, by name. */
  readonly versions?: Readonly<Record<string, string>>;
}

export interface TrainedRecording {
  readonly name: string;
  readonly frames: number;
  readonly digest?: string;
}

/** A resume, as it stands in `run.json`. */
interface Resume extends RunFacts {
  readonly at: string;
  /** When the process before ended; absent if it was killed. */
  readonly after?: string;
  /** Options that were changed, old and new. */
  readonly changed: Readonly<Record<string, readonly [unknown, unknown]>>;
}

export interface RunRecord extends RunFacts {
  readonly format: typeof FORMAT;
  readonly state: RunState;
  /** ISO 8601 */
  readonly started: string;
  readonly ended?: string;
  /** The folder from which relative paths in `config.yaml` count; runs of version 0.1.0 do not say. */
  readonly cwd?: string;
  readonly resumed: readonly Resume[];
  /** Attempts in this folder that ended before their first checkpoint, the last one last, each with its options. */
  readonly before?: readonly Readonly<Record<string, unknown>>[];
  /** Once it has ended: digests of its log and figures, by file name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Of all of the above; absent in a run of 0.1.0. */
  readonly digest?: string;
}

export const FORMAT = 'ncp-train run 1';

/** Of what resuming reads; whatever else stands there passes. */
const recordShape = z.looseObject({
  state: z.enum(['running', 'finished', 'stopped', 'failed']),
  started: z.string(),
  cwd: z.string().optional(),
  before: z.array(z.looseObject({})).optional(),
  fingerprint: z.string().optional(),
  recordings: z
    .array(z.looseObject({ name: z.string(), frames: z.number(), digest: z.string().optional() }))
    .optional(),
  resumed: z.array(z.looseObject({ at: z.string(), fingerprint: z.string().optional() })),
});

/**
 * Options that may change when a run is resumed, since no number that is already there would have been another: how long it
 * goes on, what is printed, where things lie (recordings are recognised by their fingerprint, a wiring by the checkpoint), and
 * what computes.
 */
export const MAY_CHANGE: ReadonlySet<string> = new Set([
  'epochs',
  'patience',
  'max_minutes',
  'final',
  'log_period',
  'tensorboard',
  'quiet',
  'json',
  'data',
  'cache_dir',
  'sessions_dir',
  'base_path',
  'wiring',
  'backend',
  'workers',
  'loaders',
  'threads',
]);

/** Which of them says the label scale does not matter where it is the same one. */
const SCALES: ReadonlySet<string> = new Set(['label_scale', 'default_label_scale']);

/** Of these a change makes a finished run go on. */
const GO_ON = ['epochs', 'patience', 'final'];

/** Facts on which the last bits of the results depend. */
const ROUNDING_FACTS = ['backend', 'workers', 'threads', 'processor', 'versions'] as const;

/** Without options that were not given. */
export function configText(config: Config): string {
  const text = `# Every option of this run; ncp-train reads it back with --config.\n${stringify(plain(config))}`;
  return `${text}# digest of the lines above: ${digestOf(text)}\n`;
}

/** The options in the text of a `config.yaml`. @throws Error if it is damaged, or was altered */
export function configIn(text: string): Config {
  const [, content, digest] = /^(.*)# digest of the lines above: (\w*)\n?$/s.exec(text) ?? [];
  if (digest !== undefined && digest !== digestOf(content)) throw new Error(ALTERED);
  return yamlValue(text) as Config;
}

export function recordText(record: RunRecord): string {
  const { digest: _, ...content } = record;
  return `${JSON.stringify({ ...content, digest: recordDigest(content) }, null, 2)}\n`;
}

/** What stands in the text of a `run.json`. @throws Error if it is damaged, or was altered */
export function recordIn(text: string): RunRecord {
  const record = JSON.parse(text);
  const { digest, ...content } = record ?? {};
  if (digest !== undefined && digest !== recordDigest(content)) throw new Error(ALTERED);
  return record;
}

const recordDigest = (content: object) => digestOf(JSON.stringify(content));

const ALTERED = 'it was altered since it was written: its digest does not fit';

export interface RecordedRun {
  readonly config: Config;
  readonly record: RunRecord;
}

/** @throws ConfigError if the folder holds no run, or a damaged one */
export async function readRun(folder: string): Promise<RecordedRun> {
  return reading(folder, async () => {
    const read = async <Value>(name: string, parseText: (text: string) => Value): Promise<Value> => {
      const path = join(folder, name);
      try {
        const value = parseText(await readFile(path, 'utf8'));
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          throw new Error('it holds no entries');
        }
        return value;
      } catch (error) {
        const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
        throw new ConfigError(
          `${path} ${missing ? 'is missing' : `cannot be read (${reasonOf(error)})`}, so ${folder} holds no run ` +
            'that can be resumed; put it back as it was, choose another --base_path, or --new, which moves the folder aside',
        );
      }
    };
    const config = await read(CONFIG_FILE, configIn);
    const record = await read(RECORD_FILE, recordIn);
    if (record.format !== FORMAT) {
      throw new ConfigError(
        `${join(folder, RECORD_FILE)} has format ${JSON.stringify(record.format)}, not ${JSON.stringify(FORMAT)}`,
      );
    }
    parseOptions(recordShape, record, join(folder, RECORD_FILE));
    return { config, record };
  });
}

export interface Comparison {
  /** A sentence for each difference with which a run cannot be resumed. */
  readonly forbidden: readonly string[];
  /** A sentence for each that makes the last bits differ. */
  readonly notes: readonly string[];
  /** Options that changed, as they may: old and new. */
  readonly changed: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** True if a finished run has more to do. */
  readonly goesOn: boolean;
}

/** Compares what a run was made with and what is asked for now, here. Paths are equal if they name the same file. */
export function compare(recorded: RecordedRun, config: Config, facts: RunFacts): Comparison {
  const now = plain(config);
  const [one, other] = [anchored(recorded.config, recorded.record.cwd), anchored(now)];
  const forbidden: string[] = [];
  const changed: Record<string, [unknown, unknown]> = {};
  const options = optionsOf(recorded.record.command === 'active' ? activeOptions : passiveOptions);
  const latest: RunFacts = { ...recorded.record, ...recorded.record.resumed.at(-1) };
  const isSameScale = latest.input !== undefined && latest.input.label_scale === facts.input?.label_scale;
  for (const key of new Set([...Object.keys(recorded.config), ...Object.keys(now)])) {
    const option = options.find(({ name }) => name === key);
    // An option that is younger than the run has its default.
    const same = (value: unknown) => value ?? option?.default;
    if (isDeepStrictEqual(same(one[key]), same(other[key]))) continue;
    if (SCALES.has(key) && isSameScale) continue;
    // Nor was one an affair of the run that has no effect on it, then and now.
    if (option && hindrance(option, recorded.config, options) && hindrance(option, now, options)) continue;
    const [before, after] = [same(recorded.config[key]), same(now[key])];
    if (MAY_CHANGE.has(key)) changed[key] = [before ?? null, after ?? null];
    else forbidden.push(`${key} is ${shown(after)}, the run has ${shown(before)}`);
  }
  if (latest.fingerprint !== facts.fingerprint) {
    forbidden.push(
      `the recordings are others: fingerprint ${shown(facts.fingerprint)}, the run has ${shown(latest.fingerprint)}`,
    );
  } else {
    for (const name of alteredRecordings(latest, facts.recordings)) {
      forbidden.push(`${name} was altered since the run was started: its frames, labels or times are others`);
    }
  }
  const notes = ROUNDING_FACTS.filter((key) => !isDeepStrictEqual(latest[key], plain(facts)[key])).map(
    (key) =>
      `${key}: ${shown(facts[key])}, until now ${shown(latest[key])}; results go on equal to rounding, not to the last bit`,
  );
  return { forbidden, notes, changed, goesOn: GO_ON.some((key) => key in changed) };
}

/** Names of the recordings whose frames, labels or times are not those that the run was trained on, as far as it recorded them. */
export function alteredRecordings(
  { recordings: before = [] }: RunFacts,
  now: readonly TrainedRecording[] = [],
): string[] {
  const digests = new Map(before.map(({ name, digest }) => [name, digest]));
  return now
    .filter(({ name, digest }) => digests.get(name) !== undefined && digests.get(name) !== digest)
    .map(({ name }) => name);
}

const shown = (value: unknown): string => (value === undefined ? 'not given' : JSON.stringify(value));

/** As it comes back from a file. */
const plain = (value: object): Record<string, unknown> => JSON.parse(JSON.stringify(value));
