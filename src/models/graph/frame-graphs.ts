/**
 * The graphs of head and CNN in use: when they are, and how TensorFlow.js sees them, as operations that are
 * differentiable in the weights. Each is loaded when it is first wanted and stays.
 *
 * The backend `native` has kernels of its own (native-frames.ts). Graphs are used on the backend `tensorflow` where it computes on the processor. On a GPU the add-on would carry every
 * activation to the host and back, so there the plain path is taken, as it is on the embedded backend, and where
 * TensorFlow refuses a graph. bf16 has no plain path, for TensorFlow.js has no such type. The environment's NCP_TRAIN_GRAPH=off asks for the plain path too.
 */
import * as tf from '@tensorflow/tfjs-core';
import { loadProgram, type Program } from '../../backend/graph/program.ts';
import { kernelsInUse } from '../../backend/native/kernels.ts';
import { tensorflowBackend } from '../../backend/tensorflow.ts';
import { ConfigError } from '../../errors.ts';
import type { Precision } from '../../options/schema.ts';
import type { Weights } from '../cells/cell.ts';
import { CNN_STACK, FRAME, HEAD_STACK } from '../convolution.ts';
import { cnnTail } from './cnn-tail.ts';
import { headTail } from './head-tail.ts';
import { nativeFrames } from './native-frames.ts';
import { type FrameGraph, networkGraph, type Tail } from './network.ts';

const NETWORKS = {
  head: { stack: HEAD_STACK, tail: headTail },
  cnn: { stack: CNN_STACK, tail: cnnTail },
} as const;

export type NetworkName = keyof typeof NETWORKS;

const loaded = new Map<`${NetworkName} ${Precision}`, Program | Error>();

/**
 * @param precision - of the convolutions
 * @returns the graph with these weights, or undefined where the plain path is to be taken
 */
export function frameGraph(
  network: NetworkName,
  weights: Weights,
  precision: Precision = 'float32',
): FrameGraph | undefined {
  const native = kernelsInUse();
  if (native) return nativeFrames(native, network, weights, precision);
  if (!graphsAreUsed(precision)) return undefined;
  const program = programOf(network, weights, precision);
  return program instanceof Error ? undefined : boundGraph(program, NETWORKS[network].tail, weights);
}

/** Why a graph that should be in use cannot be; undefined where all is well. For the log of a run. */
export function frameGraphFault(): string | undefined {
  for (const program of loaded.values()) if (program instanceof Error) return program.message;
  return undefined;
}

/**
 * Refuses bf16 where no graph computes it, on the backend that is set.
 *
 * @throws ConfigError
 */
export function requireGraphsFor(precision: Precision): void {
  if (precision === 'float32') return;
  const native = kernelsInUse();
  if (native?.kernels.precisions.includes(precision)) return;
  if (native) {
    throw new ConfigError(
      `precision bf16 needs a processor with AVX512_BF16 on the backend native, and this one has ${native.kernels.variant}; leave it out, or use --backend tensorflow`,
    );
  }
  if (graphsAreUsed(precision)) return;
  const backend = tf.getBackend();
  const why = backend === 'tensorflow' ? 'NCP_TRAIN_GRAPH=off turns that off' : `here ${backend} computes`;
  throw new ConfigError(
    `precision bf16 needs the graph of the backend tensorflow, ${why}; leave it out, or see \`ncp-train doctor\``,
  );
}

function graphsAreUsed(precision: Precision): boolean {
  if (tf.getBackend() !== 'tensorflow' || process.env.NCP_TRAIN_GRAPH === 'off') return false;
  return precision === 'bf16' || !tensorflowBackend().isUsingGpuDevice;
}

function programOf(network: NetworkName, weights: Weights, precision: Precision): Program | Error {
  const key = `${network} ${precision}` as const;
  const known = loaded.get(key);
  if (known) return known;
  const { stack, tail } = NETWORKS[network];
  let program: Program | Error;
  try {
    const dtype = precision === 'bf16' ? 'bfloat16' : 'float32';
    program = loadProgram(networkGraph(stack, tail, [...weights.keys()], dtype));
    tryOnce(program, tail, [...weights.values()]);
  } catch (error) {
    program = error as Error;
  }
  loaded.set(key, program);
  return program;
}

/** A graph loads also where TensorFlow has no kernel for one of its operations; that shows when it runs. */
function tryOnce(program: Program, tail: Tail, weights: readonly tf.Tensor[]): void {
  const { height, width, channels } = FRAME;
  tf.tidy(() => {
    const factors = ones(tail.factors);
    const frame = tf.zeros([1, height, width, channels]);
    const [output, ...trace] = program.run('forward', [frame, ...factors, ...weights]);
    program.run('backward', [tf.zerosLike(output), ...factors, ...trace, ...weights]);
  });
}

const ones = (count: number) => Array.from({ length: count }, () => tf.scalar(1));

function boundGraph(program: Program, tail: Tail, weights: Weights): FrameGraph {
  const variables = [...weights.values()];
  return {
    infer: (frames) =>
      tf.tidy(() => program.run('infer', [frames, ...ones(tail.factors), ...variables])[0] as tf.Tensor2D),
    forward(frames, given) {
      const factors = given ?? ones(tail.factors);
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
