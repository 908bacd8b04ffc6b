/**
 * Convolution, bias and ReLU as one differentiable operation, the unit that all heads and CNNs are built of.
 *
 * Its gradient is written by hand, because tfjs's own spends a third of the training step on the ReLU's
 * `dy · step(y)` and on summing up the bias gradient. Each backend brings its own way to do those two:
 * TensorFlow has operations for them, the embedded backend plain loops.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  tensorflowBiasGradient,
  tensorflowBiasRelu,
  tensorflowReluGradient,
} from './tensorflow-operations.ts';
import { biasGradientWasm, reluGradWasm } from './wasm/relu-bias-gradient.ts';

interface Parts {
  /** y = max(0, x ∗ kernel + bias) */
  forward(x: tf.Tensor4D, kernel: tf.Tensor4D, bias: tf.Tensor1D, window: Window): tf.Tensor4D;
  /** dz = dy where y > 0, else 0. */
  reluGradient(dy: tf.Tensor4D, y: tf.Tensor4D): tf.Tensor4D;
  /** db = Σ over frames, rows and columns of dz. */
  biasGradient(dz: tf.Tensor4D): tf.Tensor1D;
}

/** The attributes that all convolution kernels of tfjs take. */
interface Window {
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid';
  readonly dataFormat: 'NHWC';
  readonly dilations: [number, number];
}

/** In operations that every tfjs backend has; this is how `cpu` computes in the tests. */
const PLAIN: Parts = {
  // tf.fused.conv2d takes itself apart while a gradient is recorded; the kernel does not.
  forward: (x, kernel, bias, window) =>
    runKernel('FusedConv2D', { x, filter: kernel, bias }, { ...window, activation: 'relu' }) as tf.Tensor4D,
  reluGradient: (dy, y) => tf.mul(dy, tf.step(y)),
  biasGradient: (dz) => tf.sum(dz, [0, 1, 2]),
};

const PARTS: Readonly<Record<string, Parts>> = {
  tensorflow: {
    forward: (x, kernel, bias, window) =>
      tensorflowBiasRelu(runKernel('Conv2D', { x, filter: kernel }, window) as tf.Tensor4D, bias),
    reluGradient: tensorflowReluGradient,
    biasGradient: tensorflowBiasGradient,
  },
  wasm: { ...PLAIN, reluGradient: reluGradWasm, biasGradient: biasGradientWasm },
};

/**
 * y = max(0, x ∗ kernel + bias)
 *
 * @param x - [N,H,W,C] float32
 * @param kernel - [size,size,C,filters]
 * @param bias - [filters]
 * @param inputGradient - whether x needs a gradient; the first layer's frames do not, and computing it
 * would cost as much as its forward pass
 * @returns [N,h,w,filters]
 */
export function convBiasRelu(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D,
  stride: number,
  padding: 'same' | 'valid',
  inputGradient: boolean,
): tf.Tensor4D {
  const { forward, reluGradient, biasGradient } = PARTS[tf.getBackend()] ?? PLAIN;
  const window: Window = { strides: [stride, stride], pad: padding, dataFormat: 'NHWC', dilations: [1, 1] };
  const operation = tf.customGrad((...given) => {
    const save = given[given.length - 1] as tf.GradSaveFunc;
    const y = forward(x, kernel, bias, window);
    save([x, kernel, y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedX, savedKernel, savedY] = saved as tf.Tensor4D[];
        const dz = reluGradient(dy as tf.Tensor4D, savedY);
        const filterShape = savedKernel.shape;
        const dKernel = runKernel('Conv2DBackpropFilter', { x: savedX, dy: dz }, { ...window, filterShape });
        const dBias = biasGradient(dz);
        if (!inputGradient) return [dKernel, dBias];
        const inputShape = savedX.shape;
        const dx = runKernel(
          'Conv2DBackpropInput',
          { dy: dz, filter: savedKernel },
          { ...window, inputShape },
        );
        return [dx, dKernel, dBias];
      },
    };
  });
  return operation(...(inputGradient ? [x, kernel, bias] : [kernel, bias])) as tf.Tensor4D;
}

function runKernel(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor {
  return tf
    .engine()
    .runKernel(name, inputs as unknown as tf.NamedTensorMap, attributes as unknown as tf.NamedAttrMap);
}
