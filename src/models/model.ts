/**
 * A steering model: frames in, curvature out. Two kinds share one face: the recurrent ones (a convolution head
 * before a cell) carry a state over time, the CNN judges every frame on its own.
 *
 * What the optimiser must know of a model (constraints, which gradients are scaled or do not exist) stands
 * beside its weights; it knows nothing of layers and cells.
 */
import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../errors.ts';
import type { ModelOptions, Precision } from '../options/schema.ts';
import type { Cell, Constraint, State, Weights } from './cells/cell.ts';
import type { Cnn, DropoutFactors } from './cnn.ts';
import type { ConvHead } from './conv-head.ts';
import { frameGraph, frameGraphFault, requireGraphsFor } from './graph/frame-graphs.ts';
import type { FrameGraph } from './graph/network.ts';
import { standardise } from './standardise.ts';
import type { Wiring } from './wiring/wiring.ts';

interface ModelBase {
  readonly options: ModelOptions;
  /** Of the convolutions, where a graph computes them. Not part of the weights file: it is the same in both. */
  readonly precision: Precision;
  /** All trainable weights, in the order of the layers: `head/conv1_kernel`, …, `lstm/out_bias`. */
  readonly weights: Weights;
  /** Of these the gradients are multiplied by `--conv_grad_scaling`. */
  readonly convolutionWeights: ReadonlySet<string>;
  /** Applied in place after every update, by weight name. */
  readonly constraints: ReadonlyMap<string, Constraint>;
  /** 1 where an entry exists, 0 where it has no gradient; weights that are not named exist wholly. */
  readonly existing: ReadonlyMap<string, Uint8Array>;
  /** All gradients together are clipped to this norm; undefined for none (docs/pipeline.md §3). */
  readonly clipNorm: number | undefined;
}

export interface RecurrentModel extends ModelBase {
  readonly kind: 'recurrent';
  readonly head: ConvHead;
  readonly cell: Cell;
  /** Of `wm` only. */
  readonly wiring: Wiring | undefined;
}

export interface FrameModel extends ModelBase {
  readonly kind: 'frame';
  readonly cnn: Cnn;
}

export type Model = RecurrentModel | FrameModel;

/**
 * @param frames - [T·B,78,200,3], 0..255, time-major
 * @param state - before the first step, of B sequences
 * @returns outputs [T,B,1], curvature × label scale, and the state after the last step
 */
export function unrollModel(
  model: RecurrentModel,
  frames: tf.Tensor4D,
  state: State,
): { outputs: tf.Tensor3D; state: State } {
  const B = state[0].shape[0];
  const features = frameFeatures(model, frames);
  const [rows, S] = features.shape;
  return model.cell.unroll(tf.reshape(features, [rows / B, B, S]), state);
}

/** @param frames - [N,78,200,3], 0..255; @returns features [N,32], differentiable in the head's weights */
export function frameFeatures(model: RecurrentModel, frames: tf.Tensor4D): tf.Tensor2D {
  return graphOf(model)?.forward(frames) ?? model.head.features(standardise(frames));
}

/**
 * @param frames - [N,78,200,3], 0..255
 * @param dropout - in training
 * @returns outputs [N,1], curvature × label scale
 */
export function judgeFrames(model: FrameModel, frames: tf.Tensor4D, dropout?: DropoutFactors): tf.Tensor2D {
  return (
    graphOf(model)?.forward(frames, dropout) ?? model.cnn.activations(standardise(frames), dropout).outputs
  );
}

/**
 * What of a model does not depend on the frames before, without a gradient: features [N,32] of the recurrent models,
 * outputs [N,1] of the CNN.
 *
 * @param frames - [N,78,200,3], 0..255
 */
export function inferFrames(model: Model, frames: tf.Tensor4D): tf.Tensor2D {
  const graph = graphOf(model);
  if (graph) return graph.infer(frames);
  return model.kind === 'frame'
    ? model.cnn.activations(standardise(frames)).outputs
    : model.head.features(standardise(frames));
}

/**
 * Loads the graph of what is computed of every frame, where one is to be used, so that a first step does not wait for it.
 *
 * @returns why it cannot be used and the plain path is taken instead; undefined where all is well
 * @throws ConfigError for a model in bf16 where there is no graph, for nothing else computes in bfloat16
 * @throws BackendError if TensorFlow refuses the graph in bf16
 */
export function prepareGraph(model: Model): string | undefined {
  requireGraphsFor(model.precision);
  const graph = graphOf(model);
  const fault = frameGraphFault();
  if (model.precision === 'float32' || graph) return fault;
  throw new BackendError(
    `TensorFlow does not compute in bfloat16 here, leave out --precision bf16: ${fault}`,
  );
}

function graphOf(model: Model): FrameGraph | undefined {
  return model.kind === 'frame'
    ? frameGraph('cnn', model.cnn.weights, model.precision)
    : frameGraph('head', model.head.weights, model.precision);
}

/** Numbers in all weights; with `existing`, only those that take part (of `wm` the synapses that exist). */
export function parameterCount(model: Model, count: 'all' | 'existing'): number {
  let total = 0;
  for (const variable of model.weights.values()) total += variable.size;
  if (count === 'all' || model.kind !== 'recurrent' || !model.wiring) return total;
  const { neural, sensory } = model.wiring;
  const absent = (polarity: Int8Array) => polarity.filter((p) => p === 0).length;
  const PARAMETERS_PER_SYNAPSE = 4; // w, mu, sigma, erev
  return total - PARAMETERS_PER_SYNAPSE * (absent(neural) + absent(sensory));
}

/** Frees all weights. */
export function disposeModel(model: Model): void {
  for (const variable of model.weights.values()) variable.dispose();
}
