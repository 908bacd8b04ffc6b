/**
 * Runs of this program (docs/training.md, "What a run leaves"). Every file may be damaged: what one says is then taken
 * from another, or left open.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { digestsIn } from '../../files/digest.ts';
import { lockOwner } from '../../files/lock.ts';
import {
  checkpointNames,
  checkpointsOf,
  readPointer,
  readState,
  STATE_FILE,
  WEIGHTS_FILE,
} from '../../train/run/checkpoint-folder.ts';
import { FINAL_FILE } from '../../train/run/final.ts';
import {
  METRICS_FILE,
  requireLogged,
  TRAIN_LOG_FILE,
  unconfirmedEpochs,
} from '../../train/run/metrics-log.ts';
import { CONFIG_FILE, type Config, configIn, RECORD_FILE, recordIn } from '../../train/run/run-record.ts';
import { epochRows, readFigures } from './figures-file.ts';
import {
  bestSoFar,
  FIGURES,
  type FoundState,
  foldOf,
  modelAndSession,
  NO_FIGURES,
  type ReadRecord,
  type RunReading,
  runRecord,
  secondsSpent,
} from './run-reading.ts';

export async function readOwnRun(folder: string): Promise<RunReading> {
  const path = resolve(folder);
  const notes: string[] = [];
  const record = await readAs(folder, RECORD_FILE, (text) => runRecord.parse(recordIn(text)), notes);
  const options = await readAs(folder, CONFIG_FILE, (text) => z.looseObject({}).parse(configIn(text)), notes);
  const experiment = foldOf(basename(path));
  const kind = record?.command ?? (options ? kindOf(options) : experiment ? 'passive' : 'active');
  const inFolder = basename(kind === 'passive' ? dirname(path) : path);
  const named = modelAndSession(inFolder);
  const model = typeof options?.model === 'string' ? options.model : named.model;
  const session = typeof options?.base_path === 'string' ? options.base_path : named.session;
  const fold =
    typeof options?.experiment_id === 'number' ? options.experiment_id : (experiment?.fold ?? null);
  const latest = record && { ...record, ...withoutAbsent(record.resumed?.at(-1)) };

  const { files: altered, rows } = await alteredSince(folder, record);
  for (const name of altered) notes.push(`${name} is left out: it is not as the run wrote it`);
  const log = altered.includes(TRAIN_LOG_FILE)
    ? undefined
    : await readFigures(join(folder, TRAIN_LOG_FILE), ['epoch', 'train_loss', 'valid_loss']);
  const logged = log ? epochRows(log, { loss: 'valid_loss', mae: 'valid_mae' }, 'given') : [];
  const epochs = logged.filter(({ epoch }) => !rows.includes(epoch));
  notes.push(...(log?.notes ?? []));
  for (const { epoch } of logged.filter((row) => !epochs.includes(row)))
    notes.push(
      `${TRAIN_LOG_FILE}: the row of epoch ${epoch} is left out: ${METRICS_FILE} does not confirm it`,
    );
  const ended = await stateOf(folder, record);
  const isUntrained = MAY_LACK_TRAINING.has(ended) && epochs.length === 0 && !(await hasCheckpoint(folder));
  const state = isUntrained ? 'never trained' : ended;
  if (isUntrained) {
    const why = record?.cause === undefined ? '' : `: ${record.cause}`;
    notes.push(`${ended} before its first checkpoint${why}; the corrected command starts it over`);
  }
  const { best, isFinished } = await figuresOf(folder, state, bestSoFar(epochs), altered, notes);
  const labelScale = latest?.input?.label_scale ?? (await scaleOf(folder, options));
  if (labelScale === null) notes.push('its label scale is not recorded');
  return {
    folder,
    layout: 'ncp-train',
    kind,
    model,
    session,
    fold: kind === 'passive' ? fold : null,
    folds: kind === 'passive' ? (latest?.folds ?? null) : null,
    state,
    isFinished,
    isAside:
      kind === 'passive' ? experiment?.isAside === true : isActiveAside(inFolder, `${model}_${session}`),
    epochs,
    best,
    labelScale,
    data: latest?.fingerprint ?? null,
    options: options ?? null,
    input: latest?.input ?? null,
    floors: latest?.floors ?? null,
    backend: latest?.backend ?? null,
    seconds: record
      ? secondsSpent(
          record,
          altered.includes(METRICS_FILE) ? '' : await textOf(join(folder, METRICS_FILE)),
          state,
          new Date(),
        )
      : null,
    isUnchecked: record !== undefined && record.digest === undefined,
    notes,
  };
}

/** The content of a file, or undefined with a note. */
async function readAs<Value>(
  folder: string,
  name: string,
  parseText: (text: string) => Value,
  notes: string[],
): Promise<Value | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, name), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    notes.push(code === 'ENOENT' ? `${name} is missing` : `${name} cannot be read (${code})`);
    return undefined;
  }
  try {
    return parseText(text);
  } catch {
    notes.push(`${name} is damaged`);
    return undefined;
  }
}

/** What is not as the run wrote it: whole files, and rows of `train_log.csv` by their epochs. */
interface Altered {
  readonly files: readonly string[];
  readonly rows: readonly number[];
}

/** By the digests of the ended run or of its last checkpoint; 0.1.0 recorded none. */
async function alteredSince(folder: string, record: ReadRecord | undefined): Promise<Altered> {
  const recorded = record?.files;
  if (recorded) {
    const found = await digestsIn(folder, Object.keys(recorded)).catch((): Record<string, string> => ({}));
    return { files: Object.keys(recorded).filter((name) => found[name] !== recorded[name]), rows: [] };
  }
  const last = await readPointer(folder, 'last');
  if (last === undefined) return { files: [], rows: [] };
  const written = await readState(join(checkpointsOf(folder), last, STATE_FILE)).catch(() => undefined);
  if (written?.log === undefined) return { files: [], rows: [] };
  try {
    const { restored } = requireLogged(folder, written.state.epoch, written.log);
    if (restored) return { files: [TRAIN_LOG_FILE], rows: [] };
    return { files: [], rows: unconfirmedEpochs(folder, written.state) };
  } catch {
    return { files: [TRAIN_LOG_FILE, METRICS_FILE], rows: [] };
  }
}

const MAY_LACK_TRAINING: ReadonlySet<FoundState> = new Set(['failed', 'stopped', 'interrupted']);

const hasCheckpoint = (folder: string): Promise<boolean> =>
  checkpointNames(folder).then(
    (names) => names.length > 0,
    () => true, // what cannot be read may be there
  );

async function stateOf(folder: string, record: ReadRecord | undefined): Promise<FoundState> {
  if (record && record.state !== 'running') return record.state;
  const isAlive = (await lockOwner(folder)) !== undefined;
  if (isAlive) return 'running';
  return record ? 'interrupted' : 'unknown';
}

/** Final figures if the run is finished, else those so far: `final.csv` may be of before a resume. */
async function figuresOf(
  folder: string,
  state: FoundState,
  soFar: RunReading['best'],
  altered: readonly string[],
  notes: string[],
): Promise<Pick<RunReading, 'best' | 'isFinished'>> {
  if (state !== 'finished' && state !== 'unknown') return { best: soFar, isFinished: false };
  const final = altered.includes(FINAL_FILE)
    ? undefined
    : await readFigures(join(folder, FINAL_FILE), ['best_epoch', 'valid_loss']);
  notes.push(...(final?.notes ?? []));
  const row = final?.rows[0];
  if (row && row.best_epoch !== null) {
    const known = FIGURES.filter((name) => name in row).map((name) => [name, row[name]]);
    return {
      best: { epoch: row.best_epoch, figures: { ...NO_FIGURES, ...Object.fromEntries(known) } },
      isFinished: true,
    };
  }
  if (state === 'unknown' && !final) return { best: soFar, isFinished: false };
  notes.push(`${FINAL_FILE} gives no figures: those of ${TRAIN_LOG_FILE} are taken, without a test`);
  return { best: soFar, isFinished: soFar !== null };
}

const kindOf = (options: Config) => (options.experiment_id === undefined ? 'active' : 'passive');

/** `lstm_session.1`, where the run itself says `lstm_session`. */
function isActiveAside(folder: string, name: string): boolean {
  return folder.startsWith(`${name}.`) && /^\d+$/.test(folder.slice(name.length + 1));
}

/** Where `run.json` does not say: the option, or else what the best weights say they were trained on. */
async function scaleOf(folder: string, options: Config | undefined): Promise<number | null> {
  if (typeof options?.label_scale === 'number') return options.label_scale;
  try {
    const best = await readPointer(folder, 'best');
    if (best === undefined) return null;
    const { readInput } = await import('../../models/weights-file.ts'); // brings TensorFlow.js: a second of start-up
    return (await readInput(join(checkpointsOf(folder), best, WEIGHTS_FILE)))?.label_scale ?? null;
  } catch {
    return null; // no checkpoint, or a damaged one
  }
}

function withoutAbsent<Entries extends object>(entries: Entries | undefined): Partial<Entries> {
  const given = Object.entries(entries ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<Entries>;
}

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
