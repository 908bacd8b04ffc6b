/**
 * `npm run bench -- evaluate`: frames a second of an evaluation, 512 frames in two runs, beside the published way on the same
 * backend: chunks of 16 frames of one sequence, the state carried from one to the next (docs/pipeline.md §1).
 */
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../src/backend/choose.ts';
import type { BackendChoice } from '../src/backend/names.ts';
import { CROP_BYTES } from '../src/data/frames/crop.ts';
import { FRAME } from '../src/models/convolution.ts';
import { disposeModel, judgeFrames, type Model, unrollModel } from '../src/models/model.ts';
import { stream } from '../src/random/stream.ts';
import type { Engine } from '../src/train/engine.ts';
import { evaluate, type FrameSource } from '../src/train/evaluate.ts';
import type { BenchOptions, BenchRow } from './row.ts';
import { figuresOf, ratiosOf, type Timing, timeAlternately } from './timing.ts';
import { benchEngine, benchModel } from './work.ts';

/** Frames evaluated: two runs of half of them. */
const FRAMES = 512;
/** L */
const CHUNK = 16;
/** Different frames there are; they are seen over and over. */
const STORED = 64;

export async function benchEvaluate(options: BenchOptions): Promise<BenchRow[]> {
  const { models, backend: backends, repetitions } = options;
  const rows: BenchRow[] = [];
  for (const choice of backends) {
    const backend = await useBackend(choice as BackendChoice);
    for (const name of models) {
      const { step, chunkByChunk, close } = await evaluationWork(name);
      const [ours, published] = await timeAlternately([step, chunkByChunk], repetitions, 1);
      await close();
      const row = (timing: Timing) => ({
        name: 'evaluate',
        backend,
        ...figuresOf(timing),
        framesPerSecond: (FRAMES * 1000) / timing.ms,
      });
      rows.push({ ...row(ours), model: name });
      rows.push({
        ...row(published),
        model: `${name}, chunk by chunk`,
        ...ratiosOf(published, ours),
        against: 'ours',
      });
    }
  }
  return rows;
}

/** An evaluation on the backend that is set, in this thread; and the published way to do it. */
export async function evaluationWork(name: string) {
  const model = benchModel(name);
  const engine: Engine = await benchEngine(model, 'tensorflow', 1);
  const source = syntheticFrames();
  const chunks = Array.from({ length: FRAMES / CHUNK }, (_, n) => n * CHUNK);
  const runs = [chunks.slice(0, chunks.length / 2), chunks.slice(chunks.length / 2)];
  return {
    frames: FRAMES,
    step: () => evaluate(model, engine, source, runs, CHUNK),
    chunkByChunk: () => publishedWay(model, source, runs),
    async close() {
      await engine.close();
      disposeModel(model);
    },
  };
}

function publishedWay(model: Model, source: FrameSource, runs: readonly number[][]): number {
  const frames = new Uint8Array(CHUNK * CROP_BYTES);
  let error = 0;
  for (const run of runs) {
    let state: readonly tf.Tensor[] = model.kind === 'frame' ? [] : model.cell.initialState(1);
    for (const first of run) {
      source.read(first, CHUNK, frames);
      const before = state;
      const [outputs, ...after] = tf.tidy(() => {
        const x = tf.tensor4d(Float32Array.from(frames), [CHUNK, FRAME.height, FRAME.width, FRAME.channels]);
        if (model.kind === 'frame') return [judgeFrames(model, x)];
        const step = unrollModel(model, x, before as never);
        return [step.outputs, ...step.state];
      });
      tf.dispose([...before]);
      state = after;
      for (const [n, y] of outputs.dataSync().entries()) error += (y - source.labels[first + n]) ** 2;
      outputs.dispose();
    }
    tf.dispose([...state]);
  }
  return error / FRAMES;
}

function syntheticFrames(): FrameSource {
  const draws = stream(0, 'bench', 'evaluation');
  const stored = Uint8Array.from({ length: STORED * CROP_BYTES }, () => draws.uint32());
  return {
    frames: FRAMES,
    labels: new Float32Array(FRAMES),
    read(first, count, out) {
      for (let n = 0; n < count; n++) {
        const frame = (first + n) % STORED;
        out.set(stored.subarray(frame * CROP_BYTES, (frame + 1) * CROP_BYTES), n * CROP_BYTES);
      }
    },
  };
}
