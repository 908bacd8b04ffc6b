/**
 * The tail of the convolution head (`../conv-head.ts`): each of the 8 maps, flattened, through a dense layer of its
 * own, as one batched product over the maps.
 *
 *     units = max(0, flattened·kernels + biases)      [8,N,4] = [8,N,250]·[8,250,4] + [8,1,4]
 */
import type { Graph, Value } from '../../backend/graph/graph.ts';
import {
  batchMatMul,
  binary,
  reduce,
  relu,
  reluGradient,
  reshape,
  shapeOf,
  stack,
  transpose,
  unstack,
} from '../../backend/graph/operations.ts';
import { HEAD_FEATURES, MAP_SIZE, MAPS, UNITS_PER_MAP } from '../conv-head.ts';
import { type Nodes, node } from './convolution.ts';
import type { Tail } from './network.ts';

export const headTail: Tail = {
  factors: 0,
  saved: 1, // the features
  forward(g, weights, maps) {
    const products = batchMatMul(g, flattened(g, maps), ofAllMaps(g, weights, 'kernel'));
    const biases = reshape(g, ofAllMaps(g, weights, 'bias'), [MAPS, 1, UNITS_PER_MAP]);
    const units = relu(g, binary(g, 'AddV2', products, biases));
    const output = reshape(g, transpose(g, units, [1, 0, 2]), [-1, HEAD_FEATURES]);
    return { output, saved: [output] };
  },
  backward(g, weights, { dOutput, maps, saved: [features] }) {
    const dUnits = unitsOf(g, reluGradient(g, dOutput, features));
    const dKernels = unstack(g, batchMatMul(g, flattened(g, maps), dUnits, { a: true }), MAPS);
    const dBiases = unstack(g, reduce(g, 'Sum', dUnits, 1, false), MAPS);
    const gradients = new Map<string, Value>();
    for (let map = 0; map < MAPS; map++) {
      gradients.set(`filter${map}_kernel`, dKernels[map]);
      gradients.set(`filter${map}_bias`, dBiases[map]);
    }
    const dFlattened = batchMatMul(g, dUnits, ofAllMaps(g, weights, 'kernel'), { b: true });
    const dMaps = reshape(g, transpose(g, dFlattened, [1, 2, 0]), shapeOf(g, maps));
    return { dMaps, gradients };
  },
};

/** [N,10,25,8] → [8,N,250] */
function flattened(g: Graph, maps: Value): Value {
  return transpose(g, reshape(g, maps, [-1, MAP_SIZE, MAPS]), [2, 0, 1]);
}

/** [N,32] → [8,N,4] */
function unitsOf(g: Graph, features: Value): Value {
  return transpose(g, reshape(g, features, [-1, MAPS, UNITS_PER_MAP]), [1, 0, 2]);
}

function ofAllMaps(g: Graph, weights: Nodes, part: 'kernel' | 'bias'): Value {
  return stack(
    g,
    Array.from({ length: MAPS }, (_, map) => node(weights, `filter${map}_${part}`)),
  );
}
