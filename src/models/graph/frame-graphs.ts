/**
 * The graphs of head and CNN in use: when they are, and how TensorFlow.js sees them, as operations that are
 * differentiable in the weights. Each is loaded when it is first wanted and stays.
 *
 * They are used on the backend `tensorflow` where it computes on the processor. On a GPU the add-on would carry every
 * activation to the host and back, so there the plain path is taken, as it is on the embedded backend, and where
 * TensorFlow refuses a graph. The environment's NCP_TRAIN_GRAPH=off asks for the plain path too.
 */
import * as tf from '@tensorflow/tfjs-core';
import { loadProgram, type Program } from '../../backend/graph/program.ts';
import { nativeBackend } from '../../backend/native.ts';
import type { Weights } from '../cells/cell.ts';
import { CNN_STACK, HEAD_STACK } from '../convolution.ts';
import { cnnTail } from './cnn-tail.ts';
import { headTail } from './head-tail.ts';
import { networkGraph, type Tail } from './network.ts';

const NETWORKS = {
  head: { stack: HEAD_STACK, tail: headTail },
  cnn: { stack: CNN_STACK, tail: cnnTail },
} as const;

export type NetworkName = keyof typeof NETWORKS;

/** What of a model is computed of every frame on its own. */
export interface FrameGraph {
  /**
   * @param frames - [N,78,200,3], 0..255
   * @param factors - what the tail multiplies its layers with; 1 where left out
   * @returns features or outputs, [N,·]; differentiable in the weights
   */
  forward(frames: tf.Tensor4D, factors?: readonly tf.Tensor[]): tf.Tensor2D;
  /** The same without a gradient, in less memory. */
  infer(frames: tf.Tensor4D): tf.Tensor2D;
}

const loaded = new Map<NetworkName, Program | Error>();

/** @returns the graph with these weights, or undefined where the plain path is to be taken */
export function frameGraph(network: NetworkName, weights: Weights): FrameGraph | undefined {
  if (!graphsAreUsed()) return undefined;
  const program = programOf(network, [...weights.keys()]);
  return program instanceof Error ? undefined : boundGraph(program, NETWORKS[network].tail, weights);
}

/** Why a graph that should be in use could not be loaded; undefined where all is well. For the log of a run. */
export function frameGraphFault(): string | undefined {
  for (const program of loaded.values()) if (program instanceof Error) return program.message;
  return undefined;
}

function graphsAreUsed(): boolean {
  return (
    tf.getBackend() === 'tensorflow' &&
    !nativeBackend().isUsingGpuDevice &&
    process.env.NCP_TRAIN_GRAPH !== 'off'
  );
}

function programOf(network: NetworkName, names: readonly string[]): Program | Error {
  const known = loaded.get(network);
  if (known) return known;
  const { stack, tail } = NETWORKS[network];
  let program: Program | Error;
  try {
    program = loadProgram(networkGraph(stack, tail, names, 'float32'));
  } catch (error) {
    program = error as Error;
  }
  loaded.set(network, program);
  return program;
}

function boundGraph(program: Program, tail: Tail, weights: Weights): FrameGraph {
  const variables = [...weights.values()];
  const factorsOrOnes = (given: readonly tf.Tensor[] | undefined) =>
    given ?? Array.from({ length: tail.factors }, () => tf.scalar(1));
  return {
    infer: (frames) =>
      tf.tidy(
        () => program.run('infer', [frames, ...factorsOrOnes(undefined), ...variables])[0] as tf.Tensor2D,
      ),
    forward(frames, given) {
      const factors = factorsOrOnes(given);
      const operation = tf.customGrad((...arguments_) => {
        const save = arguments_[arguments_.length - 1] as tf.GradSaveFunc;
        const values = arguments_.slice(0, -1) as tf.Tensor[];
        const [value, ...trace] = program.run('forward', [frames, ...factors, ...values]);
        save([...factors, ...trace]); // ones made here would not live until the gradient is asked for
        return {
          value,
          gradFunc: (dValue: tf.Tensor, saved: tf.Tensor[]) =>
            program.run('backward', [dValue, ...saved, ...values]),
        };
      });
      return operation(...variables) as tf.Tensor2D;
    },
  };
}
