/**
 * What a training step is made of, for all benchmarks: a model, an engine as training has it, and a batch of made-up
 * frames in shared memory, where loaders leave them. A step goes from there to updated weights. And how many floating-point
 * operations that takes.
 */
import { availableParallelism } from 'node:os';
import type { BackendName } from '../src/backend/names.ts';
import type { HostBatch } from '../src/data/batches/host-batch.ts';
import { sharedBatch } from '../src/data/batches/host-batch.ts';
import { CNN_STACK, HEAD_STACK, shapedLayers } from '../src/models/convolution.ts';
import { disposeModel, type Model, parameterCount } from '../src/models/model.ts';
import { buildModel } from '../src/models/registry.ts';
import { AutoNCP } from '../src/models/wiring/auto-ncp.ts';
import { parseOptions } from '../src/options/parse.ts';
import { modelOptions, type Precision } from '../src/options/schema.ts';
import { stream } from '../src/random/stream.ts';
import { type Engine, localEngine } from '../src/train/engine.ts';
import { type AdamState, adamState } from '../src/train/optimizer/optimizer.ts';
import { replicaEngine } from '../src/train/replicas.ts';

/** The paper's batch: 20 sequences of 16 frames. */
export const SEQUENCES = 20;
export const STEPS = 16;

/** Of the paper's runs. */
export const TRAINING = { curveFactor: 0.1, lr: 5e-4, convGradScaling: 1, keep: [0.5, 0.5, 0.7] } as const;

export interface WorkOptions {
  /** B, by default the paper's. */
  readonly sequences?: number;
  /** T, by default the paper's; 1 for the CNN. */
  readonly steps?: number;
  /** Units of the cell; of `wm` an AutoNCP of so many neurons. By default the paper's. */
  readonly units?: number;
  /** Of the convolutions, by default float32. */
  readonly precision?: Precision;
  /** Replicas on the embedded backend, by default 1; 0: one a core. */
  readonly workers?: number;
}

export interface Work {
  readonly model: Model;
  readonly engine: Engine;
  /** T·B */
  readonly frames: number;
  /** Floating-point operations of a step, forward and backward. */
  readonly gflop: number;
  readonly parameters: number;
  step(): Promise<{ loss: number }>;
  close(): Promise<void>;
}

/** A step of a model on the backend that is set. */
export async function trainingWork(
  name: string,
  backend: BackendName,
  options: WorkOptions = {},
): Promise<Work> {
  const { sequences = SEQUENCES, units, precision, workers = 1 } = options;
  const model = benchModel(name, units, precision);
  const batch = syntheticHostBatch(model.kind === 'frame' ? 1 : (options.steps ?? STEPS), sequences);
  const engine = await benchEngine(model, backend, workers);
  let number = 0;
  return {
    model,
    engine,
    frames: batch.T * batch.B,
    gflop: (batch.T * batch.B * flopPerFrame(model)) / 1e9,
    parameters: parameterCount(model, 'all'),
    step: () => engine.step(batch, { seed: 0, fold: 0, epoch: 0, batch: number++ }),
    async close() {
      await engine.close();
      disposeModel(model);
    },
  };
}

export function benchModel(name: string, units?: number, precision?: Precision): Model {
  const given = name === 'wm' || units === undefined ? { model: name } : { model: name, lstm_size: units };
  const wiring =
    name === 'wm' && units !== undefined ? new AutoNCP({ units, outputs: 1 }).build(32) : undefined;
  return buildModel(parseOptions(modelOptions, given, 'bench'), 0, wiring, precision);
}

/** @param workers - replicas on the embedded backend; 0: one a core */
export function benchEngine(
  model: Model,
  backend: BackendName,
  workers: number,
  adam: AdamState = adamState(model),
): Engine | Promise<Engine> {
  const options = { ...TRAINING, keep: model.kind === 'frame' ? TRAINING.keep : undefined };
  const replicas = backend === 'wasm' ? workers || availableParallelism() : 1;
  return replicas > 1 ? replicaEngine(model, adam, replicas, options) : localEngine(model, adam, options);
}

/** Frames in 0..255, labels in −1..1: what a step costs does not depend on what is seen. */
export function syntheticHostBatch(T: number, B: number): HostBatch {
  const batch = sharedBatch(T, B);
  stream(0, 'bench', 'frames').fillUniform(batch.frames, 0, 255);
  stream(0, 'bench', 'labels').fillUniform(batch.labels, -1, 1);
  return batch;
}

/**
 * Operations of convolutions and the CNN's dense layers for one frame, forward and backward: a multiplication and an
 * addition for every weight and output; as much again for the weights' gradient, and, but for the first layer, the
 * input's. The cells' small matrices are left out: at most 2 % of it.
 */
export function flopPerFrame({ kind, weights }: Model): number {
  const convolutions = shapedLayers(kind === 'frame' ? CNN_STACK : HEAD_STACK).reduce(
    (sum, { kernelShape, height, width }, layer) => {
      const forward = 2 * height * width * kernelShape.reduce((product, n) => product * n, 1);
      return sum + forward * (layer === 0 ? 2 : 3);
    },
    0,
  );
  if (kind !== 'frame') return convolutions;
  const matrices = Array.from(weights.values()).filter(({ rank }) => rank === 2);
  return convolutions + matrices.reduce((sum, { size }) => sum + 2 * size * 3, 0);
}
