/**
 * How a cell of dense layers moves on, said once for the way forward and once for its gradients. A step puts each layer
 * in turn through
 *
 *     z = [x, a]·W + b          y = activation(z), block by block
 *
 * where a is what the layer sees of the state and of the layers before it, and makes the next state of all y. Cells
 * differ in their layers, in a, and in how the next state is made.
 *
 * Functions here work on whole arrays [B,·] of one step, all of them row-major and of equal width where they are of
 * equal size, so that most are one loop over n.
 */
import type { Activation } from './activations.ts';

/** Arrays [B,·] of one step: the states, or the blocks y of all layers in order. */
export type Rows = readonly Float32Array[];

export interface Dynamics<Name extends string> {
  readonly layers: readonly Layer<Name>[];
  /** K, how often a step is made in one time step, on the same inputs; once where left out. */
  readonly unfolds?: number;
  /** Fills the next state. */
  next(state: Rows, y: Rows, next: Rows): void;
  /** Adds to the gradients of state and y. `next` and `dNext` are the next state and its gradient. */
  nextBackward(state: Rows, y: Rows, next: Rows, dNext: Rows, dState: Rows, dY: Rows): void;
}

export interface Layer<Name extends string> {
  /** W: [S+U,G], or [S,G] for a layer that sees the inputs alone. */
  readonly kernel: Name;
  /** b [G] */
  readonly bias: Name;
  /** How the G columns, in blocks of one width, are activated; each gives one y [B,width]. */
  readonly blocks: readonly Activation[];
  /** What the layer sees beside the inputs; nothing where left out. */
  readonly sees?: Sight;
}

/** What a layer sees, a [B,U]. */
export interface Sight {
  /** Fills a, which is 0 before. */
  forward(state: Rows, y: Rows, a: Float32Array): void;
  /** Adds to the gradients of state and y. */
  backward(dA: Float32Array, state: Rows, y: Rows, dState: Rows, dY: Rows): void;
}

/** One of the states as it is. */
export function stateAsItIs(which: number): Sight {
  return {
    forward: (state, _, a) => a.set(state[which]),
    backward(dA, _, __, dState) {
      const dH = dState[which];
      for (let n = 0; n < dA.length; n++) dH[n] += dA[n];
    },
  };
}

/** r·h, the first state gated by the first block. */
export const resetState: Sight = {
  forward([h], [r], a) {
    for (let n = 0; n < a.length; n++) a[n] = r[n] * h[n];
  },
  backward(dA, [h], [r], [dH], [dR]) {
    for (let n = 0; n < dA.length; n++) {
      dH[n] += dA[n] * r[n];
      dR[n] += dA[n] * h[n];
    }
  },
};
