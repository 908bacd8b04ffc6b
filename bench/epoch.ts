/**
 * `npm run bench -- epoch`: a whole epoch as training does it (loader thread, shadows, validation, checkpoint, log) beside the
 * bare steps of a batch that is there already. Both alternate: some bare steps are taken before every validation. Three
 * recordings of noise, of which a tenth validates, as in the paper's split; epochs of the paper's data are longer, so that
 * validation's share is the same and the checkpoint's smaller.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '../src/backend/choose.ts';
import type { BackendChoice, BackendName } from '../src/backend/names.ts';
import { Concatenation } from '../src/data/batches/concatenation.ts';
import { evaluationRuns } from '../src/data/batches/evaluation-order.ts';
import { startLoader } from '../src/data/batches/loader.ts';
import { passiveSplit } from '../src/data/batches/split.ts';
import { SplitFrames } from '../src/data/batches/split-frames.ts';
import { disposeModel } from '../src/models/model.ts';
import type { Engine } from '../src/train/engine.ts';
import { evaluate } from '../src/train/evaluate.ts';
import { fit, STATE_AT_START } from '../src/train/fit.ts';
import { adamState } from '../src/train/optimizer/optimizer.ts';
import { openTrainingRecord } from '../src/train/run/training-record.ts';
import { cachedDrives } from './cached-drives.ts';
import { type BenchOptions, type BenchRow, say } from './row.ts';
import { figuresOf, median, type Time, timed, timingOf } from './timing.ts';
import { benchEngine, benchModel, SEQUENCES, STEPS, syntheticHostBatch } from './work.ts';

const CHUNK = 16;
/** Bare steps before each validation. */
const BARE = 6;
/** Frames of a recording: an epoch has about 19 batches, on the embedded backend 6. */
const FRAMES: Record<BackendName, number> = { tensorflow: 3400, wasm: 1100, native: 3400 };
const LABEL_SCALE = 1000;

export async function benchEpoch({
  models,
  backend: backends,
  repetitions,
}: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const choice of backends) {
    const backend = await useBackend(choice as BackendChoice);
    for (const model of models) {
      say(`epoch of ${model} on ${backend}`);
      const folder = mkdtempSync(join(tmpdir(), 'ncp-train-bench-'));
      try {
        rows.push(...(await epochsOf(model, backend, folder, Math.min(repetitions, 5))));
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  }
  return rows;
}

async function epochsOf(
  name: string,
  backend: BackendName,
  folder: string,
  epochs: number,
): Promise<BenchRow[]> {
  const recordings = cachedDrives(folder, 3, FRAMES[backend], true);
  const split = passiveSplit(recordings, { files: [[recordings[2].name]] }, 0);
  const model = benchModel(name);
  const recurrent = model.kind === 'recurrent';
  const loader = startLoader({
    recordings,
    segments: split.train,
    labelScale: LABEL_SCALE,
    labelSign: 1,
    mode: recurrent ? { kind: 'recurrent', T: STEPS, B: SEQUENCES } : { kind: 'frames', B: SEQUENCES },
    shadow: { shadowGamma: 1, darkeningRatio: 0.66 },
    seed: 0,
    fold: 0,
    compat: 'none',
    loaders: 1,
    epochs: epochs + 1,
  });
  const order = new Concatenation(split.validation, recordings);
  const frames = new SplitFrames(order, recordings, LABEL_SCALE);
  const runs = evaluationRuns(order, CHUNK, 'none', 'validation');
  const adam = adamState(model);
  const engine = await benchEngine(model, backend, 0, adam);
  const run = { folder, note: say, requireHeld: async () => undefined };
  const record = await openTrainingRecord(run, {
    model,
    adam,
    keep: 'passive',
    input: {
      height: 78,
      width: 200,
      crop: 'full',
      channel_order: 'rgb',
      label_scale: LABEL_SCALE,
      label_sign: 1,
      rate_hz: 30,
    },
    start: STATE_AT_START,
    batchesPerEpoch: loader.batchesPerEpoch,
    tensorboard: false,
    plot: { title: name, labelScale: LABEL_SCALE, constant: 1 },
  });
  const batch = syntheticHostBatch(recurrent ? STEPS : 1, SEQUENCES);
  const clock = new EpochClock();

  // biome-ignore lint/suspicious/noFocusedTests: the training loop
  await fit({
    engine: clock.watched('steps', engine),
    batches: {
      batchesPerEpoch: loader.batchesPerEpoch,
      next: (epoch, number) => clock.count('waiting', () => loader.next(epoch, number)),
    },
    async validate() {
      for (let n = 0; n < BARE; n++) {
        await clock.bareStep(() => engine.step(batch, { seed: 1, fold: 0, epoch: 0, batch: n }));
      }
      return clock.count('validation', () => evaluate(model, engine, frames, runs, CHUNK));
    },
    record,
    watcher: { validated: () => clock.epochOver(), stepped: () => {}, epochEnded: () => {} },
    start: STATE_AT_START,
    settings: { seed: 0, fold: 0, epochs: epochs + 1, patience: 0 }, // the first one warms up
    stopRequested: () => undefined,
  });

  record.close();
  frames.close();
  await Promise.all([loader.close(), engine.close()]);
  disposeModel(model);
  return clock.rows(name, backend, loader.batchesPerEpoch, recurrent ? STEPS * SEQUENCES : SEQUENCES);
}

const PARTS = ['steps', 'waiting', 'validation'] as const;
type Part = (typeof PARTS)[number];

/** Adds up where an epoch's time goes, and keeps the bare steps out of it. */
class EpochClock {
  /** Of each epoch, without the one that warms up. */
  readonly #epochs: { whole: Time; parts: Record<Part, number>; bare: Time }[] = [];
  #seen = 0;
  #start = this.#now();
  #bare: Time[] = [];
  #parts = { steps: 0, waiting: 0, validation: 0 };

  /** An engine whose steps are counted. */
  watched(part: Part, engine: Engine): Engine {
    return { ...engine, step: (batch, key) => this.count(part, () => engine.step(batch, key)) };
  }

  async count<Result>(part: Part, work: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    const result = await work();
    this.#parts[part] += performance.now() - start;
    return result;
  }

  async bareStep(step: () => Promise<unknown>): Promise<void> {
    this.#bare.push(await timed(step));
  }

  /** An epoch lasts from the end of one validation's checkpoint to the end of the next. */
  epochOver(): void {
    const end = this.#now();
    const sum = (of: keyof Time) => this.#bare.reduce((total, time) => total + time[of], 0);
    const whole = {
      ms: end.ms - this.#start.ms - sum('ms'),
      cpuMs: end.cpuMs - this.#start.cpuMs - sum('cpuMs'),
    };
    const { ms, cpuMs } = timingOf(this.#bare);
    // What came before the first validation is no epoch, and the first epoch warms up.
    if (this.#seen++ > 1) this.#epochs.push({ whole, parts: this.#parts, bare: { ms, cpuMs } });
    this.#start = this.#now();
    this.#bare = [];
    this.#parts = { steps: 0, waiting: 0, validation: 0 };
  }

  rows(model: string, backend: string, batches: number, framesPerBatch: number): BenchRow[] {
    const row = { name: 'epoch', backend };
    const ratio = (of: keyof Time) =>
      median(this.#epochs.map(({ whole, bare }) => whole[of] / (batches * bare[of])));
    const whole = timingOf(this.#epochs.map((epoch) => epoch.whole));
    const part = (title: string, ms: number[]): BenchRow => {
      const { cpuMs: _, ...figures } = figuresOf(timingOf(ms.map((each) => ({ ms: each, cpuMs: 0 }))));
      return { ...row, model: `${model}: ${title}`, ...figures };
    };
    const rest = this.#epochs.map(
      ({ whole, parts }) => whole.ms - PARTS.reduce((sum, name) => sum + parts[name], 0),
    );
    return [
      {
        ...row,
        model,
        ...figuresOf(whole),
        framesPerSecond: (batches * framesPerBatch * 1000) / whole.ms,
        ratio: ratio('ms'),
        cpuRatio: ratio('cpuMs'),
        against: `${batches} bare steps`,
      },
      part(
        'a bare step',
        this.#epochs.map(({ bare }) => bare.ms),
      ),
      ...PARTS.map((name) =>
        part(
          name,
          this.#epochs.map(({ parts }) => parts[name]),
        ),
      ),
      part('checkpoint, log', rest),
    ];
  }

  #now(): Time {
    const { user, system } = process.cpuUsage();
    return { ms: performance.now(), cpuMs: (user + system) / 1000 };
  }
}
