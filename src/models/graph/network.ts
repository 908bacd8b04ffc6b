/**
 * What is computed of every frame on its own, as one TensorFlow graph: standardisation, a stack of convolutions, and a
 * tail of dense layers (`head-tail.ts`, `cnn-tail.ts`). TensorFlow joins operations where it sees a whole graph, and
 * takes what is no longer needed as it goes; one by one it cannot.
 *
 * Three signatures; `weights` stands for all of them in the order of their names:
 *
 *     infer     frames, factors, weights                       → output
 *     forward   frames, factors, weights                       → output, saved of the tail, trace of the stack
 *     backward  dOutput, factors, saved, trace, weights        → gradients of the weights
 *
 * The same function as the plain path, `convHead` and `cnn`, which is tested equal.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { type DataType, Graph, type Value } from '../../backend/graph/graph.ts';
import { binary, cast, packed, reduce, reshape, unary, unpacked } from '../../backend/graph/operations.ts';
import { type ConvolutionStack, FRAME } from '../convolution.ts';
import { BRIGHTEST } from '../standardise.ts';
import { convolutionGradientNodes, convolutionNodes, type Nodes, node, traceShapes } from './convolution.ts';

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
  /** The same from bytes [N·78·200·3], where frames need not be tensors. */
  inferBytes?(frames: Uint8Array): Float32Array;
}

export interface Tail {
  /** How many factors it multiplies its layers with (dropout). */
  readonly factors: number;
  /** How many tensors its backward pass needs of the forward one. */
  readonly saved: number;
  /** @param maps - of the last convolution [N,h,w,filters], float32 like everything here */
  forward(g: Graph, weights: Nodes, maps: Value, factors: readonly Value[]): TailOutput;
  backward(g: Graph, weights: Nodes, given: TailGradientInput): { dMaps: Value; gradients: Nodes };
}

export interface TailOutput {
  readonly output: Value;
  readonly saved: readonly Value[];
}

export interface TailGradientInput {
  readonly dOutput: Value;
  readonly maps: Value;
  readonly factors: readonly Value[];
  readonly saved: readonly Value[];
}

/**
 * @param names - of all weights, in the order in which they are given and their gradients come out
 * @param dtype - of the convolutions; weights, gradients and the tail are float32
 */
export function networkGraph(
  stack: ConvolutionStack,
  tail: Tail,
  names: readonly string[],
  dtype: DataType,
): Graph {
  const g = new Graph();
  const weights: Nodes = new Map(names.map((name) => [name, g.input(name, 'float32')]));
  const given = [...weights.values()];
  const factors = Array.from({ length: tail.factors }, (_, n) => g.input(`factor${n}`, 'float32'));

  const frames = g.input('frames', 'float32');
  const trace = convolutionNodes(g, stack, weights, standardiseNodes(g, frames), dtype);
  const { output, saved } = tail.forward(g, weights, cast(g, last(trace.activations), 'float32'), factors);
  const forwardInputs = [frames, ...factors, ...given];
  const packedTrace = [trace.input, ...trace.activations].map((value) => packed(g, value));
  g.signature('infer', forwardInputs, [output]);
  g.signature('forward', forwardInputs, [output, ...saved, ...packedTrace]);

  const dOutput = g.input('d_output', 'float32');
  const savedInputs = Array.from({ length: tail.saved }, (_, n) => g.input(`saved${n}`, 'float32'));
  const shapes = traceShapes(stack);
  const traceInputs = shapes.map((_, n) => g.input(`trace${n}`, dtype === 'bfloat16' ? 'int32' : dtype));
  const [input, ...activations] = traceInputs.map((value, n) => unpacked(g, value, shapes[n]));
  const maps = cast(g, last(activations), 'float32');
  const { dMaps, gradients } = tail.backward(g, weights, { dOutput, maps, factors, saved: savedInputs });
  const all = new Map([
    ...gradients,
    ...convolutionGradientNodes(g, stack, weights, { input, activations }, dMaps),
  ]);
  g.signature(
    'backward',
    [dOutput, ...factors, ...savedInputs, ...traceInputs, ...given],
    names.map((name) => node(all, name)),
  );
  return g;
}

const last = (values: readonly Value[]) => values[values.length - 1];

/**
 * `models/standardise.ts` as nodes of a graph: the same equation, in the same two stages.
 * @param frames - [N,78,200,3], 0..255
 * @returns [N,78,200,3], mean 0 and deviation 1 in each frame
 */
function standardiseNodes(g: Graph, frames: Value): Value {
  const { height, width, channels } = FRAME;
  const floor = BRIGHTEST / Math.sqrt(height * width * channels);
  const rows = reshape(g, frames, [-1, height, width * channels]);
  const frameMean = (x: Value) => reduce(g, 'Mean', reduce(g, 'Mean', x, 2, true), 1, true);
  const centred = binary(g, 'Sub', rows, frameMean(rows));
  const deviation = unary(g, 'Sqrt', frameMean(unary(g, 'Square', centred)));
  const scale = unary(g, 'Reciprocal', binary(g, 'Maximum', deviation, g.constant(floor, 'float32')));
  return reshape(g, binary(g, 'Mul', centred, scale), [-1, height, width, channels]);
}
