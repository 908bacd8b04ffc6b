/** `standardise.ts` as nodes of a graph: the same equation, in the same two stages. */
import type { Graph, Value } from '../../backend/graph/graph.ts';
import { binary, reduce, reshape, unary } from '../../backend/graph/operations.ts';
import { FRAME } from '../convolution.ts';
import { BRIGHTEST } from '../standardise.ts';

/** @param frames - [N,78,200,3], 0..255; @returns [N,78,200,3], mean 0 and deviation 1 in each frame */
export function standardiseNodes(g: Graph, frames: Value): Value {
  const { height, width, channels } = FRAME;
  const floor = BRIGHTEST / Math.sqrt(height * width * channels);
  const rows = reshape(g, frames, [-1, height, width * channels]);
  const frameMean = (x: Value) => reduce(g, 'Mean', reduce(g, 'Mean', x, 2, true), 1, true);
  const centred = binary(g, 'Sub', rows, frameMean(rows));
  const deviation = unary(g, 'Sqrt', frameMean(unary(g, 'Square', centred)));
  const scale = unary(g, 'Reciprocal', binary(g, 'Maximum', deviation, g.constant(floor, 'float32')));
  return reshape(g, binary(g, 'Mul', centred, scale), [-1, height, width, channels]);
}
