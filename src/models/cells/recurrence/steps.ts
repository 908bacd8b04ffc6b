/** The steps of a recurrence over typed arrays: forward, keeping what the way back needs, and backward through time. */
import { scratchMatrices, transposed } from '../../../backend/wasm/matrices.ts';
import type { Dynamics, Layer, Rows } from './dynamics.ts';
import { add, putSideBySide, takeApart, zerosLike } from './rows.ts';

/** A layer with its numbers. */
export interface SizedLayer extends Pick<Layer<string>, 'blocks' | 'sees'> {
  /** [rows,columns]; rows are S+U, or S where the layer sees the inputs alone. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

export interface Problem {
  readonly dynamics: Pick<Dynamics<string>, 'unfolds' | 'next' | 'nextBackward'>;
  readonly layers: readonly SizedLayer[];
  readonly T: number;
  readonly B: number;
  readonly S: number;
  /** [T,B,S] */
  readonly features: Float32Array;
  readonly initial: Rows;
}

/** What is kept of a step. */
export interface Step {
  readonly state: Rows;
  /** a of each layer; empty where it sees nothing. */
  readonly seen: Rows;
  readonly z: Rows;
  readonly y: Rows;
  readonly next: Rows;
}

export interface RecurrenceGradient {
  /** [T,B,S] */
  readonly features: Float32Array;
  readonly initial: Rows;
  readonly kernels: Rows;
  readonly biases: Rows;
}

/** @returns all T·K steps in order */
export function forward({ dynamics, layers, T, B, S, features, initial }: Problem): Step[] {
  const { unfolds = 1 } = dynamics;
  const places = placesOf(layers, B);
  const { floats, addProduct } = scratchMatrices(places.size);
  for (const [l, { kernel }] of layers.entries()) floats.set(kernel, places.kernels[l]);

  const steps: Step[] = [];
  let state = initial;
  for (let n = 0; n < T * unfolds; n++) {
    const inputs = ofStep(features, Math.floor(n / unfolds), B * S);
    const seen: Float32Array[] = [];
    const z: Float32Array[] = [];
    const y: Float32Array[] = [];
    for (const [l, { blocks, sees, bias, rows, columns }] of layers.entries()) {
      const a = new Float32Array(B * (rows - S));
      sees?.forward(state, y, a);
      seen.push(a);
      putSideBySide([inputs, a], B, floats, places.input);
      for (let b = 0; b < B; b++) floats.set(bias, places.output + b * columns);
      addProduct(places.input, places.kernels[l], places.output, B, columns, rows);
      const widths = blocks.map(() => columns / blocks.length);
      for (const [i, block] of takeApart(floats, places.output, B, widths).entries()) {
        const activated = new Float32Array(block.length);
        blocks[i].forward(block, activated);
        z.push(block);
        y.push(activated);
      }
    }
    const next = zerosLike(initial);
    dynamics.next(state, y, next);
    steps.push({ state, seen, z, y, next });
    state = next;
  }
  return steps;
}

/** @param dStates - gradient of the states after each time step, T times [B,·] */
export function backward(
  { dynamics, layers, T, B, S, features, initial }: Problem,
  steps: readonly Step[],
  dStates: readonly Rows[],
): RecurrenceGradient {
  const { unfolds = 1 } = dynamics;
  const places = placesOf(layers, B);
  const { floats, addProduct, addTransposedProduct } = scratchMatrices(places.size);
  for (const [l, { kernel, rows, columns }] of layers.entries()) {
    floats.set(transposed(kernel, rows, columns), places.kernels[l]);
    floats.fill(0, places.gradients[l], places.gradients[l] + kernel.length);
  }
  const dFeatures = new Float32Array(T * B * S);
  const dBias = layers.map(({ columns }) => new Float64Array(columns));

  let dNext: Rows = zerosLike(initial);
  for (let n = T * unfolds - 1; n >= 0; n--) {
    const t = Math.floor(n / unfolds);
    const { state, seen, z, y, next } = steps[n];
    if (n % unfolds === unfolds - 1) for (const [i, dState] of dStates[t].entries()) add(dNext[i], dState);
    const dState = zerosLike(state);
    const dY = zerosLike(y);
    dynamics.nextBackward(state, y, next, dNext, dState, dY);

    const inputs = ofStep(features, t, B * S);
    const dInputs = ofStep(dFeatures, t, B * S);
    let firstBlock = y.length;
    for (let l = layers.length - 1; l >= 0; l--) {
      const { blocks, sees, rows, columns } = layers[l];
      firstBlock -= blocks.length;
      const dZ = blocks.map((block, i) => {
        const at = firstBlock + i;
        const values = new Float32Array(z[at].length);
        block.backward(z[at], y[at], dY[at], values);
        return values;
      });
      putSideBySide(dZ, B, floats, places.output);
      putSideBySide([inputs, seen[l]], B, floats, places.input);
      // dW += [x, a]ᵀ·dz        db += Σ dz        [dx, da] = dz·Wᵀ
      addTransposedProduct(places.input, places.output, places.gradients[l], rows, columns, B);
      for (let n = 0; n < B * columns; n++) dBias[l][n % columns] += floats[places.output + n];
      floats.fill(0, places.input, places.input + B * rows);
      addProduct(places.output, places.kernels[l], places.input, B, rows, columns);
      const [dX, dA] = takeApart(floats, places.input, B, [S, rows - S]);
      add(dInputs, dX);
      sees?.backward(dA, state, y, dState, dY);
    }
    dNext = dState;
  }
  return {
    features: dFeatures,
    initial: dNext,
    kernels: layers.map(({ kernel }, l) =>
      floats.slice(places.gradients[l], places.gradients[l] + kernel.length),
    ),
    biases: dBias.map((values) => Float32Array.from(values)),
  };
}

/** Where in scratch memory a step's operands lie: [x, a], z, and each layer's kernel and its gradient. */
function placesOf(layers: readonly SizedLayer[], B: number) {
  let size = 0;
  const reserve = (entries: number) => {
    size += entries;
    return size - entries;
  };
  const largest = (of: 'rows' | 'columns') => Math.max(...layers.map((layer) => layer[of]));
  const input = reserve(B * largest('rows'));
  const output = reserve(B * largest('columns'));
  const kernels = layers.map(({ kernel }) => reserve(kernel.length));
  const gradients = layers.map(({ kernel }) => reserve(kernel.length));
  return { size, input, output, kernels, gradients };
}

/** The rows of time step t. */
function ofStep(values: Float32Array, t: number, size: number): Float32Array {
  return values.subarray(t * size, (t + 1) * size);
}
