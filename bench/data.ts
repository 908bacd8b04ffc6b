/**
 * `npm run bench -- data`: what it costs to bring frames from recordings to a batch, on one core. Crop and cache are measured
 * on uncompressed frames of 250×400, the size that is typical of the paper's files; the shadow over the paper's draws;
 * generation over whole recordings of the default length, each with a scene of its own to be laid out first.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawShadow, ShadowCaster } from '../src/augment/shadow.ts';
import { CROP_BYTES, CROP_HEIGHT, CROP_WIDTH, cropInto, cropPlan } from '../src/data/frames/crop.ts';
import { openCached } from '../src/data/frames/frame-cache.ts';
import { openRecording } from '../src/data/recordings/recording.ts';
import { createRecording } from '../src/data/recordings/recording-writer.ts';
import { stream } from '../src/random/stream.ts';
import { generateRecording } from '../src/simulation/generate/generate-recording.ts';
import { recordingNames } from '../src/simulation/generate/recording-names.ts';
import type { RoadKind } from '../src/simulation/road/road-kind.ts';
import type { BenchOptions, BenchRow } from './row.ts';

const [HEIGHT, WIDTH, FRAMES] = [250, 400, 600];
/** Frames of a recording that is made, as by default. */
const GENERATED: Record<RoadKind, number> = { passive: 600, active: 1200 };
const MOST_GENERATIONS = 3;
/** A job runs for so much processor time before it is measured, ms: the compiler is then done with it. */
const WARM_UP = 1000;
const FRAME_BYTES = HEIGHT * WIDTH * 3;

export async function benchData({ repetitions }: BenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-bench-'));
  try {
    const path = join(folder, 'drive.h5');
    await writeDrive(path);
    const jobs: [string, () => void | Promise<void>, number?][] = [
      ['crop', cropJob()],
      ['read', readJob(path)],
      ['crop+cache', cacheJob(path, join(folder, 'cache'))],
      ['shadow', shadowJob()],
      ['generate passive', generateJob('passive', folder), GENERATED.passive],
      ['generate active', generateJob('active', folder), GENERATED.active],
    ];
    const rows: BenchRow[] = [];
    for (const [model, job, frames = FRAMES] of jobs) {
      const times = model.startsWith('generate') ? Math.min(repetitions, MOST_GENERATIONS) : repetitions;
      rows.push(await timed(model, job, frames, times));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Median processor time (a core's, whatever else the machine does) over runs of so many frames, after a warm-up. */
async function timed(
  model: string,
  job: () => void | Promise<void>,
  frames: number,
  repetitions: number,
): Promise<BenchRow> {
  for (let spent = 0; spent < WARM_UP; ) spent += await processorTime(job);
  const times: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) times.push(await processorTime(job));
  times.sort((a, b) => a - b);
  const quantile = (share: number) => times[Math.round(share * (times.length - 1))];
  const ms = quantile(0.5);
  const spread = quantile(0.75) - quantile(0.25);
  return { name: 'data', model, backend: '', ms, spread, framesPerSecond: (frames * 1000) / ms };
}

/** ms */
async function processorTime(job: () => void | Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await job();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

async function writeDrive(path: string): Promise<void> {
  const draws = stream(0, 'bench');
  const frame = Uint8Array.from({ length: FRAME_BYTES }, () => draws.uint32());
  const writer = await createRecording(path, { height: HEIGHT, width: WIDTH });
  for (let n = 0; n < FRAMES; n++) writer.append(frame, Float64Array.of(0), Float64Array.of(n / 30));
  await writer.finish();
}

function cropJob(): () => void {
  const plan = cropPlan('paper', HEIGHT, WIDTH);
  const frame = Uint8Array.from({ length: FRAME_BYTES }, (_, i) => i * i);
  const out = new Uint8Array(CROP_BYTES);
  return () => {
    for (let n = 0; n < FRAMES; n++) cropInto(plan, frame, 0, out, 0, 'rgb');
  };
}

function readJob(path: string): () => Promise<void> {
  return async () => {
    const recording = await openRecording(path);
    const count = recording.framesAtOnce;
    for (let n = 0; n < FRAMES; n += count) recording.readFrames(n, Math.min(count, FRAMES - n));
    recording.close();
  };
}

function cacheJob(path: string, cacheDir: string): () => Promise<void> {
  return async () => {
    rmSync(cacheDir, { recursive: true, force: true });
    await openCached(path, { crop: 'paper', channelOrder: 'rgb', cacheDir });
  };
}

/** Over the paper's draws. */
function shadowJob(): () => void {
  const caster = new ShadowCaster(CROP_HEIGHT, CROP_WIDTH);
  const frame = Uint8Array.from({ length: CROP_BYTES }, (_, i) => i * i);
  const out = new Float32Array(CROP_BYTES);
  let run = 0;
  return () => {
    const draws = stream(run++, 'bench');
    for (let n = 0; n < FRAMES; n++) {
      caster.cast(drawShadow(draws, { shadowGamma: 1, darkeningRatio: 0.66 }), frame, out);
    }
  };
}

/** One recording of the set after the other, as each of a generator's threads makes them. */
function generateJob(kind: RoadKind, folder: string): () => Promise<void> {
  const names = recordingNames(kind);
  let made = 0;
  return () => {
    const name = names[made++ % names.length];
    const job = { kind, seed: 0, name, frames: GENERATED[kind], height: HEIGHT, width: WIDTH };
    return generateRecording(join(folder, 'drive-made.h5'), job, false, () => {});
  };
}
