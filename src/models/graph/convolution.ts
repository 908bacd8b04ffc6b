/**
 * A stack of `../convolution.ts` as nodes of a graph: its forward pass, and its gradients, which reverse-mode
 * differentiation of the layers gives:
 *
 *     y = max(0, z)      z = x ∗ kernel + bias
 *     dz = dy where y > 0      dbias = Σ dz      dkernel = x ⋆ dz      dx = dz ∗ flipped kernel
 */
import type { DataType, Graph, Value } from '../../backend/graph/graph.ts';
import {
  cast,
  convBiasGradient,
  convBiasRelu,
  convFilterGradient,
  convInputGradient,
  reluGradient,
} from '../../backend/graph/operations.ts';
import { type ConvolutionStack, FRAME, shapedLayers } from '../convolution.ts';

/** Nodes by the names of the weights that they are, or are the gradients of. */
export type Nodes = ReadonlyMap<string, Value>;

/** What a backward pass needs of the forward one. */
export interface ConvolutionTrace {
  /** Standardised frames [N,78,200,3], as they went into the first layer. */
  readonly input: Value;
  /** [N,h,w,filters] of every layer. */
  readonly activations: readonly Value[];
}

/**
 * @param weights - float32
 * @param standardised - [N,78,200,3] float32
 * @param dtype - in which the layers compute
 */
export function convolutionNodes(
  g: Graph,
  { padding, layers }: ConvolutionStack,
  weights: Nodes,
  standardised: Value,
  dtype: DataType,
): ConvolutionTrace {
  const input = cast(g, standardised, dtype);
  const activations: Value[] = [];
  let x = input;
  for (const { name, stride } of layers) {
    const [kernel, bias] = ['kernel', 'bias'].map((part) => cast(g, node(weights, `${name}_${part}`), dtype));
    x = convBiasRelu(g, x, kernel, bias, { stride, padding });
    activations.push(x);
  }
  return { input, activations };
}

/**
 * @param dLast - gradient of the last layer's activations
 * @returns for every weight its gradient, float32
 */
export function convolutionGradientNodes(
  g: Graph,
  stack: ConvolutionStack,
  weights: Nodes,
  { input, activations }: ConvolutionTrace,
  dLast: Value,
): Nodes {
  const gradients = new Map<string, Value>();
  const { padding } = stack;
  const layers = shapedLayers(stack);
  let dy = cast(g, dLast, input.dtype);
  for (let n = layers.length - 1; n >= 0; n--) {
    const { name, stride, kernelShape, height, width, filters } = layers[n];
    const x = n === 0 ? input : activations[n - 1];
    const dz = reluGradient(g, dy, activations[n]);
    const window = { stride, padding };
    gradients.set(`${name}_kernel`, cast(g, convFilterGradient(g, x, dz, kernelShape, window), 'float32'));
    gradients.set(`${name}_bias`, convBiasGradient(g, dz, height, width, filters));
    if (n === 0) break; // frames need no gradient
    dy = convInputGradient(g, x, cast(g, node(weights, `${name}_kernel`), input.dtype), dz, window);
  }
  return gradients;
}

/** The shapes of a trace's tensors, input first; −1 for the frames. */
export function traceShapes(stack: ConvolutionStack): number[][] {
  const { height, width, channels } = FRAME;
  return [
    [-1, height, width, channels],
    ...shapedLayers(stack).map((layer) => [-1, layer.height, layer.width, layer.filters]),
  ];
}

/** @throws Error if there is none of that name: a graph that is put together wrongly */
export function node(nodes: Nodes, name: string): Value {
  const value = nodes.get(name);
  if (!value) throw new Error(`the graph has no node for ${name}`);
  return value;
}
