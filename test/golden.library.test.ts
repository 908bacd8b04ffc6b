/** The library's LTC cell against library.h5: the Keras package's outputs, states, gradients and training steps. */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { it } from 'vitest';
import { LTC } from '../src/library/ltc.ts';
import type { LTCCell, Mapping } from '../src/library/ltc-cell.ts';
import { Custom } from '../src/models/wiring/custom.ts';
import { describeBackends, tensor } from './backends.ts';
import { expectClose, expectRelative, Fixture, type Golden, largestEntry } from './golden.ts';

const fixture = new Fixture('library.h5');

const GROUPS = fixture
  .keys('cells')
  .flatMap((name) => (name === 'mapping' ? fixture.keys('cells/mapping').map((m) => `mapping/${m}`) : [name]))
  .map((name) => `cells/${name}`)
  .filter((group) => fixture.has(`${group}/outputs`));

/** What is given to a group: its own, or what it shares with the groups beside it. */
function given(group: string, name: string): Golden {
  const own = `${group}/${name}`;
  return fixture.get(fixture.has(own) ? own : `${group.slice(0, group.lastIndexOf('/'))}/${name}`);
}

/** The wiring of a group, from the polarities that stand in it. */
function wiringOf(group: string): Custom {
  const matrix = given(group, 'adjacency');
  const sensory = given(group, 'sensory_adjacency');
  const units = matrix.shape[0];
  const outputs = Number(fixture.attribute(group, 'outputs'));
  const custom = new Custom({ inputs: sensory.shape[0], units, outputs });
  const each = ({ data }: Golden, add: (source: number, destination: number, polarity: -1 | 1) => void) =>
    data.forEach((polarity, n) => {
      if (polarity !== 0) add(Math.floor(n / units), n % units, polarity as -1 | 1);
    });
  each(matrix, (source, destination, polarity) => custom.addSynapse(source, destination, polarity));
  each(sensory, (input, destination, polarity) => custom.addSensorySynapse(input, destination, polarity));
  return custom;
}

function layerOf(group: string): { layer: LTC; cell: LTCCell } {
  const mapping = (name: string) => {
    const text = String(fixture.attribute(group, name));
    return (text === 'None' ? null : text) as Mapping;
  };
  const elapsedInInputs = fixture.has(`${group}/elapsed`);
  const wiring = wiringOf(group);
  const layer = new LTC({
    wiring,
    odeUnfolds: Number(fixture.attribute(group, 'ode_unfolds')),
    epsilon: Number(fixture.attribute(group, 'epsilon')),
    inputMapping: mapping('input_mapping'),
    outputMapping: mapping('output_mapping'),
    elapsedInInputs,
    returnSequences: true,
  });
  layer.build([null, null, wiring.inputs + (elapsedInInputs ? 1 : 0)]);
  setLayerWeights(layer.ltcCell, (name) => given(group, `weights/${name}`));
  return { layer, cell: layer.ltcCell };
}

function setLayerWeights(cell: LTCCell, values: (name: string) => Golden): void {
  for (const weight of cell.weights) {
    const value = tensor(values(weight.originalName));
    weight.write(value);
    value.dispose();
  }
}

describeBackends('library', () => {
  it.each(GROUPS)('%s gives the Keras package’s outputs, state and gradients', (group) => {
    const { cell } = layerOf(group);
    const batchMajor = tensor(given(group, 'inputs'));
    const elapsed = fixture.has(`${group}/elapsed`) ? [tensor(fixture.get(`${group}/elapsed`))] : [];
    const v0 = tensor(given(group, 'initial_state')) as tf.Tensor2D;
    const R = tensor(given(group, 'R'));
    const names = cell.weights.map((weight) => weight.originalName);
    let outputs: ArrayLike<number> = [];
    let final: ArrayLike<number> = [];

    const { value, grads } = tf.valueAndGrads((x: tf.Tensor, v: tf.Tensor) => {
      const run = cell.unroll(
        tf.transpose(tf.concat([x, ...elapsed], 2), [1, 0, 2]) as tf.Tensor3D,
        v as tf.Tensor2D,
      );
      const y = tf.transpose(run.outputs, [1, 0, 2]);
      outputs = y.dataSync().slice();
      final = run.v.dataSync().slice();
      return tf.sum(tf.mul(y, R));
    })([batchMajor, v0, ...cell.weights.map((weight) => weight.read())]);

    expectClose(`${group}: outputs`, outputs, fixture.get(`${group}/outputs`), 2e-6);
    expectClose(`${group}: final state`, final, fixture.get(`${group}/final_state`), 2e-6);
    expectRelative(`${group}: objective`, value.dataSync()[0], fixture.scalar(`${group}/objective`), 1e-5);
    const paths = ['grad_inputs', 'grad_initial_state', ...names.map((name) => `gradients/${name}`)];
    for (const [n, path] of paths.entries()) {
      const expected = fixture.get(`${group}/${path}`);
      expectClose(`${group}: ${path}`, grads[n].dataSync(), expected, 2e-5 * largestEntry(expected.data));
    }
  });

  it.each(GROUPS)('%s: LTC and tf.layers.rnn({ cell }) agree, through apply()', (group) => {
    const { layer, cell } = layerOf(group);
    const x = fixture.has(`${group}/elapsed`)
      ? tf.concat([tensor(given(group, 'inputs')), tensor(fixture.get(`${group}/elapsed`))], 2)
      : tensor(given(group, 'inputs'));
    const [B] = x.shape;
    const v0 = tensor(given(group, 'initial_state'));
    const initialState = [tf.zeros([B, cell.stateSize[0]]), v0];
    const stepwise = layers.rnn({ cell, returnSequences: true }) as layers.RNN;
    const expected = fixture.get(`${group}/outputs`);
    for (const [name, rnn] of Object.entries({ LTC: layer, 'rnn({ cell })': stepwise })) {
      const outputs = rnn.apply(x, { initialState }) as tf.Tensor;
      expectClose(`${group}: ${name}`, outputs.dataSync(), expected, 2e-6);
    }
  });

  it('the sine example repeats the package’s twenty training steps', () => {
    const cell = layerOf('cells/fully').cell;
    setLayerWeights(cell, (name) => fixture.get(`sine/steps/start/${name}`));
    const x = tf.transpose(tensor(fixture.get('sine/x')), [1, 0, 2]) as tf.Tensor3D;
    const y = tf.transpose(tensor(fixture.get('sine/y')), [1, 0, 2]);
    const weights = cell.weights.map((weight) => weight.read() as tf.Variable);
    const adam = kerasAdam(weights);
    for (const [step, expected] of fixture.get('sine/steps/loss').data.entries()) {
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.squaredDifference(cell.unroll(x, tf.zeros([1, 8])).outputs, y)) as tf.Scalar,
        weights,
      );
      adam(grads);
      expectRelative(`sine: loss of step ${step + 1}`, value.dataSync()[0], expected, 1e-5);
    }
    cell.enforceBounds();
    for (const weight of cell.weights) {
      const expected = fixture.get(`sine/steps/end/${weight.originalName}`);
      expectClose(`sine: ${weight.originalName} at the end`, weight.read().dataSync(), expected, 3e-5);
    }
  });
});

/** Keras's Adam as the fixture's attribute `adam` gives it, with ε outside the bias correction; tfjs's is inside. */
function kerasAdam(weights: tf.Variable[]): (grads: tf.NamedTensorMap) => void {
  const attribute = (name: string) => Number(fixture.attribute('sine/steps', name));
  const [lr, beta1, beta2, epsilon] = ['lr', 'beta1', 'beta2', 'epsilon'].map(attribute);
  const moments = weights.map(({ size }) => ({ m: new Float64Array(size), v: new Float64Array(size) }));
  let t = 0;
  return (grads) => {
    t += 1;
    const rate = (lr * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
    for (const [n, weight] of weights.entries()) {
      const g = grads[weight.name].dataSync();
      const { m, v } = moments[n];
      const next = weight.dataSync().map((w, i) => {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2;
        return w - (rate * m[i]) / (Math.sqrt(v[i]) + epsilon);
      });
      weight.assign(tf.tensor(next, weight.shape));
    }
  };
}
