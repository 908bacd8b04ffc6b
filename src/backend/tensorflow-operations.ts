/** Raw TensorFlow operations that TensorFlow.js has no name for. Only with the backend `tensorflow`. */
import type * as tf from '@tensorflow/tfjs-core';
import { type OperationAttribute, tensorflowBackend } from './tensorflow.ts';

/** BiasAdd and Relu: max(0, x + bias); [N,h,w,c] and [c]. */
export function tensorflowBiasRelu(x: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  const biased = run('BiasAdd', [nhwc()], [x, bias]);
  x.dispose();
  const y = run('Relu', [], [biased]);
  biased.dispose();
  return y as tf.Tensor4D;
}

/** ReluGrad: dy where y > 0, else 0, in one pass; [N,h,w,c] float32 both. */
export function tensorflowReluGradient(dy: tf.Tensor4D, y: tf.Tensor4D): tf.Tensor4D {
  return run('ReluGrad', [], [dy, y]) as tf.Tensor4D;
}

/** BiasAddGrad: Σ over all axes but the last; [N,h,w,c] → [c]. */
export function tensorflowBiasGradient(dz: tf.Tensor4D): tf.Tensor1D {
  return run('BiasAddGrad', [nhwc()], [dz]) as tf.Tensor1D;
}

function nhwc(): OperationAttribute {
  return { name: 'data_format', type: tensorflowBackend().binding.TF_ATTR_STRING, value: 'NHWC' };
}

function run(operation: string, attributes: OperationAttribute[], inputs: tf.Tensor[]): tf.Tensor {
  const backend = tensorflowBackend();
  const { binding } = backend;
  const float32 = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  return backend.executeSingleOutput(operation, [float32, ...attributes], inputs);
}
