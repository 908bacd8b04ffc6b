/** `--sparsity`: what is 0 after an update, and what is not. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.ts';
import { type ModelName, modelOptions } from '../options/schema.ts';
import { adamState, update } from '../train/optimizer/optimizer.ts';
import { disposeModel, type Model, type RecurrentModel } from './model.ts';
import { buildModel } from './registry.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const SPARSITY = 0.75;

const build = (model: ModelName, seed = 3) =>
  buildModel(modelOptions.parse({ model, sparsity: SPARSITY }), seed) as RecurrentModel;

/** One update with gradients that move every weight, biases and output layer too. */
function updateOnce(model: Model): void {
  const gradients = new Map(
    Array.from(model.weights, ([name, { size }]) => [name, new Float32Array(size).fill(1)]),
  );
  update(model, gradients, adamState(model), { lr: 0.01, convGradScaling: 1 });
}

const zerosOf = (model: Model, name: string): boolean[] =>
  Array.from(model.weights.get(name)?.dataSync() ?? [], (value) => value === 0);
const share = (zeros: boolean[]) => zeros.filter((zero) => zero).length / zeros.length;

/** After one update, the 0 entries of every weight of the cell. */
function masksOf(name: ModelName, seed: number): Map<string, boolean[]> {
  const model = build(name, seed);
  updateOnce(model);
  const masks = new Map(
    model.cell.recurrentWeights.map((weight) => [weight, zerosOf(model, `${name}/${weight}`)]),
  );
  disposeModel(model);
  return masks;
}

describe('sparsity', () => {
  it.each(['lstm', 'gru', 'tf_gru', 'vanilla', 'ctrnn', 'ctgru'] as const)(
    '%s: before the first update nothing is masked; after it that share of every recurrent weight and bias',
    (name) => {
      const model = build(name);
      const kernels = model.cell.recurrentWeights.filter((weight) => !weight.includes('bias'));
      for (const kernel of kernels)
        expect(share(zerosOf(model, `${name}/${kernel}`)), kernel).toBeLessThan(0.01);
      updateOnce(model);
      for (const weight of model.cell.recurrentWeights) {
        const zeros = zerosOf(model, `${name}/${weight}`);
        const tolerance = 5 * Math.sqrt((SPARSITY * (1 - SPARSITY)) / zeros.length); // five standard errors
        expect(Math.abs(share(zeros) - SPARSITY), weight).toBeLessThan(tolerance);
      }
      disposeModel(model);
    },
  );

  it('output layer and head stay whole', () => {
    const model = build('vanilla');
    updateOnce(model);
    const masked = new Set(model.cell.recurrentWeights.map((weight) => `vanilla/${weight}`));
    for (const name of model.weights.keys()) {
      if (!masked.has(name)) expect(share(zerosOf(model, name)), name).toBeLessThan(0.01);
    }
    expect(masked).toEqual(new Set(['vanilla/W_step', 'vanilla/bias_step']));
    disposeModel(model);
  });

  it('the mask is the same after every update, and what it leaves goes on learning', () => {
    const model = build('vanilla');
    updateOnce(model);
    const [first, values] = [
      zerosOf(model, 'vanilla/W_step'),
      model.weights.get('vanilla/W_step')?.arraySync(),
    ];
    updateOnce(model);
    expect(zerosOf(model, 'vanilla/W_step')).toEqual(first);
    expect(model.weights.get('vanilla/W_step')?.arraySync()).not.toEqual(values);
    disposeModel(model);
  });

  it('the seed decides the mask, and every weight has its own', () => {
    const masks = masksOf('gru', 3);
    expect(masksOf('gru', 3)).toEqual(masks);
    expect(masksOf('gru', 4).get('W_reset_gate')).not.toEqual(masks.get('W_reset_gate'));
    expect(masks.get('W_reset_gate')).not.toEqual(masks.get('W_detect_signal'));
  });
});
