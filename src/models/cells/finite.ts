/** The guard at the door of every cell: no NaN and no infinity goes in, and no time that does not pass. */
import type * as tf from '@tensorflow/tfjs-core';
import { DataError, NotFiniteError } from '../../errors.ts';

/**
 * Reads a tensor and refuses what is not finite.
 *
 * @param name - how to call the tensor in the message
 * @returns its values, row-major
 * @throws NotFiniteError naming the tensor, the first bad entry and where it stands
 */
export function finiteValues(name: string, tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync<'float32'>();
  // One sum is cheaper than a test per entry; of finite float32 values it cannot overflow a double.
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n];
  if (Number.isFinite(sum)) return values;
  const bad = values.findIndex((value) => !Number.isFinite(value));
  throw new NotFiniteError(
    `${name} [${tensor.shape}] holds ${values[bad]} at [${indexOf(bad, tensor.shape)}]; ` +
      'a cell needs finite numbers: check the frames and the weights that it was made from',
  );
}

/**
 * The same for numbers that must be above 0.
 *
 * @throws DataError naming the tensor, the first bad entry and where it stands
 */
export function positiveValues(name: string, tensor: tf.Tensor): Float32Array {
  const values = finiteValues(name, tensor);
  const bad = values.findIndex((value) => value <= 0);
  if (bad < 0) return values;
  throw new DataError(
    `${name} [${tensor.shape}] holds ${values[bad]} at [${indexOf(bad, tensor.shape)}]; each must be above 0`,
  );
}

function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (const size of [...shape].reverse()) {
    index.unshift(flat % size);
    flat = Math.floor(flat / size);
  }
  return index;
}
