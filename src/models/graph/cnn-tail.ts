/**
 * The tail of the CNN (`../cnn.ts`): two dense layers with ReLU and one without, a dropout factor before each.
 *
 *     x1 = f0·flat    y1 = max(0, x1·W1 + b1)    x2 = f1·y1    y2 = max(0, x2·W2 + b2)    x3 = f2·y2    output = x3·W3
 */
import type { Graph, Value } from '../../backend/graph/graph.ts';
import {
  biasAdd,
  biasGradient,
  binary,
  matMul,
  relu,
  reluGradient,
  reshape,
  shapeOf,
} from '../../backend/graph/operations.ts';
import { DROPOUT_WIDTHS } from '../cnn.ts';
import { type Nodes, node } from './convolution.ts';
import type { Tail } from './network.ts';

const [FLAT] = DROPOUT_WIDTHS;

export const cnnTail: Tail = {
  factors: DROPOUT_WIDTHS.length,
  saved: 2, // y1, y2
  forward(g, weights, maps, factors) {
    const y1 = dense(g, weights, 'dense1', scaled(g, reshape(g, maps, [-1, FLAT]), factors[0]));
    const y2 = dense(g, weights, 'dense2', scaled(g, y1, factors[1]));
    const output = matMul(g, scaled(g, y2, factors[2]), node(weights, 'out_kernel'));
    return { output, saved: [y1, y2] };
  },
  backward(g, weights, { dOutput, maps, factors: [f0, f1, f2], saved: [y1, y2] }) {
    const gradients = new Map<string, Value>();
    const kernelGradient = (name: string, x: Value, dz: Value) =>
      gradients.set(`${name}_kernel`, matMul(g, x, dz, { a: true }));
    const inputGradient = (name: string, dz: Value) =>
      matMul(g, dz, node(weights, `${name}_kernel`), { b: true });

    kernelGradient('out', scaled(g, y2, f2), dOutput);
    const dz2 = reluGradient(g, scaled(g, inputGradient('out', dOutput), f2), y2);
    kernelGradient('dense2', scaled(g, y1, f1), dz2);
    gradients.set('dense2_bias', biasGradient(g, dz2));
    const dz1 = reluGradient(g, scaled(g, inputGradient('dense2', dz2), f1), y1);
    kernelGradient('dense1', scaled(g, reshape(g, maps, [-1, FLAT]), f0), dz1);
    gradients.set('dense1_bias', biasGradient(g, dz1));
    const dMaps = reshape(g, scaled(g, inputGradient('dense1', dz1), f0), shapeOf(g, maps));
    return { dMaps, gradients };
  },
};

const scaled = (g: Graph, x: Value, factor: Value) => binary(g, 'Mul', x, factor);

function dense(g: Graph, weights: Nodes, name: string, x: Value): Value {
  return relu(g, biasAdd(g, matMul(g, x, node(weights, `${name}_kernel`)), node(weights, `${name}_bias`)));
}
