/**
 * A recurrence of dense layers as one differentiable operation: tensors in, tensors out, plain loops and small matrix
 * products inside, on every backend alike. As tensor operations, a cell would be thousands of kernels on matrices of
 * twenty rows (docs/performance.md, "Cells").
 */
import * as tf from '@tensorflow/tfjs-core';
import { finiteValues } from '../finite.ts';
import type { Dynamics } from './dynamics.ts';
import { putSideBySide, takeApart } from './rows.ts';
import { backward, forward } from './steps.ts';

/**
 * @param weights - kernels and biases by name
 * @param features - [T,B,S] float32
 * @param initial - the states before the first step, [B,width] each
 * @param stateNames - their names, for messages
 * @returns the states after every time step, side by side: [T,B,Σ width], differentiable in every argument
 * @throws DataError if features or states are not finite
 */
export function unrollRecurrence<Name extends string>(
  dynamics: Dynamics<Name>,
  weights: Readonly<Record<Name, tf.Tensor>>,
  features: tf.Tensor3D,
  initial: readonly tf.Tensor2D[],
  stateNames: readonly string[],
): tf.Tensor3D {
  const { layers, unfolds = 1 } = dynamics;
  const [T, B, S] = features.shape;
  const widths = initial.map((state) => state.shape[1]);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const given = [...layers.map(({ kernel }) => kernel), ...layers.map(({ bias }) => bias)].map(
    (name) => weights[name],
  );

  const run = tf.customGrad(() => {
    const problem = {
      dynamics,
      layers: layers.map(({ kernel, bias, blocks, sees }) => {
        const [rows, columns] = weights[kernel].shape;
        const values = (name: Name) => weights[name].dataSync<'float32'>();
        return { kernel: values(kernel), bias: values(bias), rows, columns, blocks, sees };
      }),
      T,
      B,
      S,
      features: finiteValues('features of the cell', features),
      initial: initial.map((state, n) => finiteValues(`state ${stateNames[n]} of the cell`, state)),
    };
    const steps = forward(problem);
    const states = new Float32Array(T * B * total);
    for (let t = 0; t < T; t++) putSideBySide(steps[(t + 1) * unfolds - 1].next, B, states, t * B * total);
    return {
      value: tf.tensor3d(states, [T, B, total]),
      gradFunc: (dy: tf.Tensor) => {
        const values = dy.dataSync<'float32'>();
        const dStates = Array.from({ length: T }, (_, t) => takeApart(values, t * B * total, B, widths));
        const gradient = backward(problem, steps, dStates);
        const ofArguments = [gradient.features, ...gradient.initial, ...gradient.kernels, ...gradient.biases];
        return [features, ...initial, ...given].map(({ shape }, n) => tf.tensor(ofArguments[n], shape));
      },
    };
  });
  return run(features, ...initial, ...given) as tf.Tensor3D;
}
