/**
 * The values that weights start from (docs/pipeline.md §3). Every tensor draws from its own stream, keyed by
 * the seed and its name, so adding a tensor or building another model changes no other draw.
 */
import * as tf from '@tensorflow/tfjs-core';
import { stream } from '../random/stream.ts';

/** Makes the start value of one tensor from its name and the run's seed. */
export type StartValue = (seed: number, name: string) => tf.Tensor;

export const constant =
  (value: number, shape: number[]): StartValue =>
  () =>
    tf.fill(shape, value);

/** U(low, high) in every entry. */
export const uniform =
  (low: number, high: number, shape: number[]): StartValue =>
  (seed, name) => {
    const values = new Float32Array(size(shape));
    stream(seed, 'start', name).fillUniform(values, low, high);
    return tf.tensor(values, shape);
  };

/** Glorot and Bengio 2010: U(−l, l), l = √(6 / (fan in + fan out)). A kernel is [..., in, out]. */
export const glorotUniform = (shape: number[]): StartValue => {
  const [fanIn, fanOut] = fans(shape);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return uniform(-limit, limit, shape);
};

/** Normal with deviation sigma, drawn again beyond 2 sigma. */
export const truncatedNormal =
  (sigma: number, shape: number[]): StartValue =>
  (seed, name) => {
    const draws = stream(seed, 'start', name);
    return tf.tensor(
      Float32Array.from({ length: size(shape) }, () => draws.truncatedNormal(sigma)),
      shape,
    );
  };

/** Given values, as they are. */
export const given =
  (values: ArrayLike<number>, shape: number[]): StartValue =>
  () =>
    tf.tensor(Float32Array.from(values), shape);

/**
 * Makes the variables of one part of a model.
 *
 * @param scope - stands before every name in the key of its stream, e.g. `lstm` for `lstm/kernel`
 */
export function startVariables<Name extends string>(
  seed: number,
  scope: string,
  values: Readonly<Record<Name, StartValue>>,
): Record<Name, tf.Variable> {
  const entries = (Object.entries(values) as [Name, StartValue][]).map(([name, start]) => {
    const value = start(seed, `${scope}/${name}`);
    const variable = tf.variable(value);
    value.dispose();
    return [name, variable] as const;
  });
  return Object.fromEntries(entries) as Record<Name, tf.Variable>;
}

function fans(shape: readonly number[]): [number, number] {
  const receptiveField = size(shape.slice(0, -2));
  return [receptiveField * shape[shape.length - 2], receptiveField * shape[shape.length - 1]];
}

const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
