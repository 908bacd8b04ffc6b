/**
 * One run from options to a finished folder: backend, data, model, run directory, engine, the loop of fit.ts, and at the
 * end the test of the best checkpoint. Callers print the output.
 */

import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../backend/choose.ts';
import type { BackendName } from '../backend/names.ts';
import { processorHasBfloat16 } from '../backend/processor.ts';
import { tensorflowBackend } from '../backend/tensorflow.ts';
import type { BatchPlan } from '../data/batches/batches.ts';
import { foldCount, readFolds } from '../data/batches/folds.ts';
import { requireBatches, startLoader } from '../data/batches/loader.ts';
import { DataError } from '../errors.ts';
import { requireGraphsFor } from '../models/graph/frame-graphs.ts';
import { disposeModel, type Model, parameterCount, prepareGraph } from '../models/model.ts';
import { buildModel } from '../models/registry.ts';
import { loadWeights } from '../models/weights-file.ts';
import { readWiring } from '../models/wiring/wiring-json.ts';
import { parseOptions } from '../options/parse.ts';
import { type ActiveOptions, modelOptions, type PassiveOptions, type Precision } from '../options/schema.ts';
import { type Engine, localEngine } from './engine.ts';
import { CHUNK, evaluate, type Figures } from './evaluate.ts';
import { type BatchSource, type Ending, fit, STATE_AT_START, type Watcher } from './fit.ts';
import type { Floors } from './floors.ts';
import { type AdamState, adamState } from './optimizer/optimizer.ts';
import { replicaEngine } from './replicas.ts';
import { bestCheckpoint, loadCheckpoint } from './run/checkpoint.ts';
import { WEIGHTS_FILE } from './run/checkpoint-folder.ts';
import { writeFinal } from './run/final.ts';
import { openRun, type Run } from './run/run-folder.ts';
import { runFolder } from './run/run-place.ts';
import type { RunFacts } from './run/run-record.ts';
import { openTrainingRecord } from './run/training-record.ts';
import { stopRequests } from './signals.ts';
import {
  type DataRequest,
  evaluationSet,
  openTrainingData,
  requireFiniteLabels,
  splitFloors,
  type TrainingData,
} from './training-data.ts';

const require = createRequire(import.meta.url);

export type SessionRequest = {
  /** As typed, for `run.json`. */
  readonly argv: readonly string[];
  readonly resume: 'no' | 'must' | 'auto';
  /** `--new` */
  readonly fresh: boolean;
  /** What is told while it runs. */
  readonly observer: Observer;
} & (
  | { readonly command: 'passive'; readonly options: PassiveOptions }
  | { readonly command: 'active'; readonly options: ActiveOptions }
);

export interface Observer extends Watcher {
  caching: DataRequest['onProgress'];
  /** Everything is there; training begins. */
  starting(session: SessionSummary): void;
  /** Nothing more is told, whether it ended well, was stopped or failed: what was shown of it can end. */
  ended(): void;
}

export interface SessionSummary {
  readonly folder: string;
  readonly backend: BackendName;
  readonly replicas: number;
  readonly data: TrainingData;
  readonly model: Model;
  readonly parameters: number;
  readonly batchesPerEpoch: number;
  readonly epochs: number;
  /** Where a resumed run goes on. */
  readonly from: { readonly epoch: number; readonly batch: number };
}

export interface SessionResult {
  readonly folder: string;
  readonly ending: Ending | { readonly kind: 'already finished' };
  readonly best: { readonly epoch: number; readonly loss: number } | null;
  /** With `--final`. */
  readonly test?: Figures;
}

/**
 * Trains.
 *
 * @throws ConfigError, UsageError (2), DataError (3), DivergedError (4), BackendError (5)
 */
export async function trainSession(request: SessionRequest): Promise<SessionResult> {
  try {
    return await train(request);
  } finally {
    request.observer.ended();
  }
}

async function train(request: SessionRequest): Promise<SessionResult> {
  const { options } = request;
  const wiring = options.wiring === undefined ? undefined : await readWiring(options.wiring);
  const backend = await useBackend(options.backend, { threads: options.threads || undefined });
  requireGraphsFor(options.precision);
  const model = buildModel(
    parseOptions(modelOptions, pick(options, modelOptions.shape), 'options'),
    options.seed,
    wiring,
    options.precision,
  );
  try {
    return await trainModel(request, model, backend);
  } finally {
    disposeModel(model);
  }
}

/** All that can be wrong with options and data is found before the run has a folder. */
async function trainModel(
  request: SessionRequest,
  model: Model,
  backend: BackendName,
): Promise<SessionResult> {
  const { command, options, observer } = request;
  const data = await openTrainingData({
    data: options.data,
    overrides: {
      crop: options.crop,
      channel_order: options.channel_order,
      label_scale: options.label_scale,
      default_label_scale: options.default_label_scale,
      label_sign: options.label_sign,
      folds: command === 'passive' && options.folds !== undefined ? readFolds(options.folds) : undefined,
    },
    cacheDir: options.cache_dir,
    fold: command === 'passive' ? options.experiment_id : 'active',
    debug: options.debug,
    onProgress: observer.caching,
  });
  const folder =
    request.command === 'passive'
      ? runFolder('passive', request.options)
      : runFolder('active', request.options);
  requireFiniteLabels(data, options.curve_factor);
  const floors = floorFacts(request, data);
  const plan = batchPlan(request, model, data);
  requireBatches(plan);
  const run = await openRun({
    folder,
    resume: request.resume,
    fresh: request.fresh,
    config: options,
    facts: {
      argv: request.argv,
      command,
      fingerprint: data.fingerprint,
      recordings: data.recordings.map(({ name, frames, digest }) => ({ name, frames, digest })),
      input: data.input,
      ...(command === 'passive' ? { folds: foldCount(data.dataset.folds) } : {}),
      floors,
      backend,
      processor: cpus()[0]?.model,
      threads: options.threads || availableParallelism(),
      workers: backend === 'wasm' ? replicasOf(options.workers) : 1,
      versions: versions(),
    },
  });
  if (run.state === 'finished') {
    await run.close();
    return {
      folder,
      ending: { kind: 'already finished' },
      best: (await bestCheckpoint(folder))?.state.best ?? null,
    };
  }
  for (const note of data.split.notes) run.note(note);
  try {
    const result = await trainIn(run, request, model, data, plan, floors.validation, backend);
    await run.setState(result.ending.kind === 'finished' ? 'finished' : 'stopped');
    return result;
  } catch (error) {
    run.log.error((error as Error).message);
    // On a full disk this fails too; what is to be said is what failed first.
    await run.setState('failed', { cause: (error as Error).message }).catch(() => undefined);
    throw error;
  } finally {
    await run.close();
  }
}

/** Trains in the folder of a run, from its last checkpoint on if it has one. */
async function trainIn(
  run: Run,
  request: SessionRequest,
  model: Model,
  data: TrainingData,
  plan: BatchPlan,
  floor: Floors,
  backend: BackendName,
): Promise<SessionResult> {
  const { command, options, observer } = request;
  noteWhatIsSlow(run, options.precision, prepareGraph(model));
  const adam = adamState(model);
  const start = run.checkpoint ? await loadCheckpoint(run.checkpoint.path, model, adam) : STATE_AT_START;
  const batchesPerEpoch = requireBatches(plan);
  const fold = command === 'passive' ? options.experiment_id : 0;
  // Before any thread starts, so that a log that cannot be read leaves none behind.
  const record = await openTrainingRecord(run, {
    model,
    adam,
    keep: command,
    input: data.input,
    start,
    batchesPerEpoch,
    tensorboard: options.tensorboard,
    plot: {
      title: command === 'passive' ? `${options.model}, fold ${fold}` : options.model,
      labelScale: data.dataset.labelScale,
      constant: floor.constant.loss,
    },
  });
  const stop = stopRequests();
  const end = options.max_minutes > 0 ? performance.now() + options.max_minutes * 60_000 : Infinity;
  try {
    return await withEngine(request, model, adam, data, plan, backend, async (engine, batches, judge) => {
      observer.starting({
        folder: run.folder,
        backend,
        replicas: engine.replicas,
        data,
        model,
        parameters: parameterCount(model, 'existing'),
        batchesPerEpoch,
        epochs: options.epochs,
        from: start,
      });
      // biome-ignore lint/suspicious/noFocusedTests: the training loop, not a test framework's `fit`
      const ending = await fit({
        engine,
        batches,
        validate: () => judge('validation'),
        record,
        watcher: observer,
        start,
        settings: { seed: options.seed, fold, epochs: options.epochs, patience: options.patience },
        stopRequested: () => stop.requested() ?? (performance.now() >= end ? 'time' : undefined),
      });
      return await concluded(run.folder, request, ending, async (checkpoint) => {
        await loadWeights(join(checkpoint, WEIGHTS_FILE), model);
        engine.weightsChanged();
        return judge('test');
      });
    });
  } finally {
    stop.dispose();
    record.close();
  }
}

/** The best checkpoint of a run that is finished, in `final.csv`; with `--final`, tested. */
async function concluded(
  folder: string,
  { command, options }: SessionRequest,
  ending: Ending,
  testOf: (checkpoint: string) => Promise<Figures>,
): Promise<SessionResult> {
  const best = await bestCheckpoint(folder);
  if (ending.kind !== 'finished' || !best) return { folder, ending, best: best?.state.best ?? null };
  const test = command === 'passive' && options.final ? await testOf(best.path) : undefined;
  await writeFinal(folder, best.state, test);
  return { folder, ending, best: best.state.best, test };
}

/** What trains, what it is fed with, and how well the model steers on a split; all of it closed when `use` has ended. */
async function withEngine<Result>(
  { command, options }: SessionRequest,
  model: Model,
  adam: AdamState,
  data: TrainingData,
  plan: BatchPlan,
  backend: BackendName,
  use: (
    engine: Engine,
    batches: BatchSource,
    judge: (split: 'validation' | 'test') => Promise<Figures>,
  ) => Promise<Result>,
): Promise<Result> {
  const chunk = CHUNK[command];
  const isRecurrent = model.kind === 'recurrent';
  const setOf = (split: 'validation' | 'test') =>
    evaluationSet(data, data.split[split], split, chunk, options.compat);
  const validation = setOf('validation');
  const batches = startLoader({ ...plan, loaders: options.loaders, epochs: options.epochs });
  let engine: Engine | undefined;
  try {
    engine = await startEngine(backend, model, adam, options.workers, {
      curveFactor: options.curve_factor,
      keep: isRecurrent ? undefined : [options.drf, options.dr1, options.dr2],
      lr: options.lr,
      convGradScaling: isRecurrent ? options.conv_grad_scaling : 1,
    });
    const started = engine;
    return await use(started, batches, async (split) => {
      const set = split === 'validation' ? validation : setOf(split);
      try {
        return await evaluate(model, started, set.frames, set.runs, chunk);
      } finally {
        if (set !== validation) set.frames.close();
      }
    });
  } finally {
    validation.frames.close();
    await Promise.all([batches.close(), engine?.close()]);
  }
}

function noteWhatIsSlow(run: Run, precision: Precision, graphFault: string | undefined): void {
  if (precision === 'bf16' && !processorHasBfloat16() && !tensorflowBackend().isUsingGpuDevice) {
    run.note('this processor has no bfloat16 instructions: --precision bf16 is slower here than float32');
  }
  if (graphFault) {
    run.note(`TensorFlow computes operation by operation, its graph does not load: ${graphFault}`);
  }
}

/** What the batches of a run are. */
function batchPlan({ command, options }: SessionRequest, model: Model, data: TrainingData): BatchPlan {
  const { compat, seed, shadow_gamma, darkening_ratio, batch_size, seq_len } = options;
  return {
    recordings: data.recordings,
    segments: data.split.train,
    labelScale: data.dataset.labelScale,
    labelSign: data.dataset.labelSign,
    mode:
      model.kind === 'recurrent'
        ? { kind: 'recurrent', T: seq_len, B: batch_size }
        : { kind: 'frames', B: batch_size },
    shadow: { shadowGamma: shadow_gamma, darkeningRatio: darkening_ratio },
    perspective: options.perspective
      ? { crop: data.dataset.crop, speed: options.perspective_speed }
      : undefined,
    seed,
    fold: command === 'passive' ? options.experiment_id : 0,
    compat,
  };
}

/** For `run.json`: what the model has to beat. Without `--final`, a test split too short for a chunk is no fault. */
function floorFacts(request: SessionRequest, data: TrainingData): NonNullable<RunFacts['floors']> {
  const { validation, test } = data.split;
  const of = (segments: typeof test, what: string) =>
    splitFloors(data, segments, what, CHUNK[request.command], request.options.compat);
  const floors = { validation: of(validation, 'validation') };
  if (request.command === 'active') return floors;
  try {
    return { ...floors, test: of(test, 'test') };
  } catch (error) {
    if (request.options.final || !(error instanceof DataError)) throw error;
    return floors;
  }
}

function startEngine(
  backend: BackendName,
  model: Model,
  adam: AdamState,
  workers: number,
  options: Parameters<typeof localEngine>[2],
): Promise<Engine> | Engine {
  const replicas = backend === 'wasm' ? replicasOf(workers) : 1;
  return replicas > 1 ? replicaEngine(model, adam, replicas, options) : localEngine(model, adam, options);
}

const replicasOf = (workers: number) => workers || availableParallelism();

/** The values of some keys. */
function pick(options: object, keys: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key in keys));
}

function versions(): Record<string, string> {
  return {
    'ncp-train': require('../../package.json').version,
    node: process.version,
    tfjs: tf.version_core,
  };
}
