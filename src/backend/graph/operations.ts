/**
 * The TensorFlow operations that graphs of this program are made of, with their attributes. Shapes as everywhere:
 * frames [N,h,w,c], kernels [size,size,in,out].
 */
import type { DataType, Graph, Value } from './graph.ts';

const typed = ({ dtype }: Value) => ({ T: { dtype } });

/** Stride and padding of a convolution. */
export interface Window {
  readonly stride: number;
  readonly padding: 'same' | 'valid';
}

const windowAttributes = ({ stride, padding }: Window) => ({
  strides: { ints: [1, stride, stride, 1] },
  padding: { text: padding.toUpperCase() },
});

/** max(0, x ∗ kernel + bias). TensorFlow makes one operation of the three. */
export function convBiasRelu(g: Graph, x: Value, kernel: Value, bias: Value, window: Window): Value {
  const z = g.add('Conv2D', [x, kernel], { ...typed(x), ...windowAttributes(window) });
  return relu(g, biasAdd(g, z, bias));
}

/** @param kernelShape - of the gradient that is wanted */
export function convFilterGradient(
  g: Graph,
  x: Value,
  dz: Value,
  kernelShape: readonly number[],
  window: Window,
): Value {
  const attributes = { ...typed(x), ...windowAttributes(window) };
  return g.add('Conv2DBackpropFilter', [x, g.constant(kernelShape), dz], attributes, x.dtype);
}

/** @param x - whose gradient is wanted; only its shape counts */
export function convInputGradient(g: Graph, x: Value, kernel: Value, dz: Value, window: Window): Value {
  const attributes = { ...typed(dz), ...windowAttributes(window) };
  return g.add('Conv2DBackpropInput', [shapeOf(g, x), kernel, dz], attributes, dz.dtype);
}

export const biasAdd = (g: Graph, x: Value, bias: Value) => g.add('BiasAdd', [x, bias], typed(x));
/**
 * Σ over all frames and places of dz [N,h,w,c] → [c], float32: the sum of each frame in the type of dz, their sum in float32. A
 * product with ones for each frame is faster than BiasAddGrad.
 */
export function convBiasGradient(g: Graph, dz: Value, h: number, w: number, c: number): Value {
  const ones = cast(g, g.constant(Array(h * w).fill(1), 'float32'), dz.dtype);
  const ofFrames = batchMatMul(g, reshape(g, ones, [1, 1, h * w]), reshape(g, dz, [-1, h * w, c]));
  return reduce(g, 'Sum', cast(g, reshape(g, ofFrames, [-1, c]), 'float32'), 0, false);
}

/** Σ over all axes but the last. */
export const biasGradient = (g: Graph, dz: Value) => g.add('BiasAddGrad', [dz], typed(dz));
export const relu = (g: Graph, x: Value) => g.add('Relu', [x], typed(x));
/** dy where y > 0, else 0. */
export const reluGradient = (g: Graph, dy: Value, y: Value) => g.add('ReluGrad', [dy, y], typed(dy));

/** Which factor of a product is transposed first. */
interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

/** a·b of two matrices. */
export function matMul(g: Graph, a: Value, b: Value, { a: ofA = false, b: ofB = false }: Transposed = {}) {
  const attributes = { ...typed(a), transpose_a: { flag: ofA }, transpose_b: { flag: ofB } };
  return g.add('MatMul', [a, b], attributes);
}

/** a·b of the last two axes, for each place on the axes before. */
export function batchMatMul(
  g: Graph,
  a: Value,
  b: Value,
  { a: ofA = false, b: ofB = false }: Transposed = {},
) {
  const attributes = { ...typed(a), adj_x: { flag: ofA }, adj_y: { flag: ofB } };
  return g.add('BatchMatMulV2', [a, b], attributes);
}

type Binary = 'AddV2' | 'Sub' | 'Mul' | 'Maximum';
type Unary = 'Square' | 'Sqrt' | 'Reciprocal';
export const binary = (g: Graph, operation: Binary, a: Value, b: Value) => g.add(operation, [a, b], typed(a));
export const unary = (g: Graph, operation: Unary, x: Value) => g.add(operation, [x], typed(x));

/** Over one axis. */
export function reduce(
  g: Graph,
  operation: 'Mean' | 'Sum',
  x: Value,
  axis: number,
  keepDims: boolean,
): Value {
  return g.add(operation, [x, g.constant(axis)], { ...typed(x), keep_dims: { flag: keepDims } });
}

export function reshape(g: Graph, x: Value, shape: readonly number[] | Value): Value {
  return g.add('Reshape', [x, 'name' in shape ? shape : g.constant(shape)], typed(x));
}

export const shapeOf = (g: Graph, x: Value) => g.add('Shape', [x], typed(x), 'int32');

export function transpose(g: Graph, x: Value, order: readonly number[]): Value {
  return g.add('Transpose', [x, g.constant(order)], typed(x));
}

/** Several of one shape, along a new first axis. */
export function stack(g: Graph, values: readonly Value[]): Value {
  return g.add('Pack', values, { ...typed(values[0]), N: { int: values.length }, axis: { int: 0 } });
}

/** The reverse of {@link stack}. */
export function unstack(g: Graph, x: Value, count: number): Value[] {
  return g.addMany('Unpack', x, { ...typed(x), num: { int: count }, axis: { int: 0 } }, count);
}

export function cast(g: Graph, x: Value, dtype: DataType): Value {
  if (x.dtype === dtype) return x;
  return g.add('Cast', [x], { SrcT: { dtype: x.dtype }, DstT: { dtype } }, dtype);
}

/**
 * For outputs: bfloat16, which TensorFlow.js has no name for, becomes a list of int32, two numbers in each; the
 * count of numbers must be even. Other types stay.
 */
export function packed(g: Graph, x: Value): Value {
  if (x.dtype !== 'bfloat16') return x;
  const pairs = reshape(g, x, [-1, 2]);
  return g.add('Bitcast', [pairs], { ...typed(pairs), type: { dtype: 'int32' } }, 'int32');
}

/** The reverse of {@link packed}. @param shape - −1 for the frames */
export function unpacked(g: Graph, x: Value, shape: readonly number[]): Value {
  if (x.dtype !== 'int32') return x;
  const pairs = g.add('Bitcast', [x], { ...typed(x), type: { dtype: 'bfloat16' } }, 'bfloat16');
  return reshape(g, pairs, shape);
}
