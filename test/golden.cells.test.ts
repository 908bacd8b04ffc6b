/** Every recurrent cell against cells.h5: outputs, states, loss, and the gradients of all weights and of the input. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, it } from 'vitest';
import { sampleWeights } from '../src/augment/weighting.ts';
import type { Cell, State } from '../src/models/cells/cell.ts';
import { ctGru } from '../src/models/cells/ct-gru.ts';
import { ctRnn } from '../src/models/cells/ct-rnn.ts';
import { gru } from '../src/models/cells/gru.ts';
import { lstm } from '../src/models/cells/lstm.ts';
import { type LtcSolverName, ncp } from '../src/models/cells/ncp.ts';
import { tfGru } from '../src/models/cells/tf-gru.ts';
import { vanilla } from '../src/models/cells/vanilla.ts';
import { type Wiring, wiringFromMatrices } from '../src/models/wiring/wiring.ts';
import { errors, normalised, weightedLoss } from '../src/train/loss.ts';
import { describeBackends, tensor } from './backends.ts';
import { expectClose, expectRelative, Fixture, type Golden, largestEntry } from './golden.ts';
import { setWeights } from './set-weights.ts';

const fixture = new Fixture('cells.h5');
const dense = { name: 'cell', seed: 0, inputs: 32, units: 64 };

/** Where a case's numbers lie, how to make its cell, and what differs from the rule. */
interface Case {
  /** Group that holds weights and initial state. */
  readonly group: string;
  /** Group that holds results, where it is another. */
  readonly results?: string;
  readonly cell: () => Cell;
  readonly stateTolerance?: number;
  /** Entries that have no gradient in this mode, by weight. */
  readonly absent?: ReadonlyMap<string, Int8Array>;
}

const clipOf = (group: string) => Number(fixture.attribute(group, 'cell_clip'));

function wiringOf(group: string): Wiring {
  const matrix = (name: string) => {
    const { shape, data } = fixture.get(`${group}/${name}`);
    return Array.from({ length: shape[0] }, (_, row) =>
      Array.from(data.subarray(row * shape[1], (row + 1) * shape[1])),
    );
  };
  return wiringFromMatrices({
    sensory: matrix('sensory_adjacency'),
    neural: matrix('adjacency'),
    outputs: 1,
  });
}

function ltcCase(group: string, solver: LtcSolverName, compatPaper: boolean): Case {
  const wiring = wiringOf(group);
  return {
    group,
    cell: () => ncp({ name: 'wm', seed: 0, wiring, solver, compatPaper }),
    absent: compatPaper
      ? undefined
      : new Map([
          ['w', wiring.neural],
          ['sensory_w', wiring.sensory],
        ]),
  };
}

const CASES: Record<string, Case> = {
  lstm: { group: 'lstm', cell: () => lstm({ ...dense, forgetBias: 1, clip: -1 }) },
  'lstm with clip': {
    group: 'lstm_clip',
    cell: () => lstm({ ...dense, forgetBias: 1, clip: clipOf('lstm_clip') }),
    stateTolerance: 1e-5,
  },
  tf_gru: { group: 'tf_gru', cell: () => tfGru(dense) },
  gru: { group: 'gru', cell: () => gru({ ...dense, clip: -1 }) },
  'gru with clip': { group: 'gru_clip', cell: () => gru({ ...dense, clip: clipOf('gru_clip') }) },
  vanilla: { group: 'vanilla', cell: () => vanilla(dense) },
  ctrnn: { group: 'ctrnn', cell: () => ctRnn({ ...dense, clip: -1, globalFeedback: false }) },
  'ctrnn with feedback': {
    group: 'ctrnn_feedback',
    cell: () => ctRnn({ ...dense, clip: -1, globalFeedback: true }),
  },
  'ctrnn with feedback and clip': {
    group: 'ctrnn_feedback_clip',
    cell: () => ctRnn({ ...dense, clip: clipOf('ctrnn_feedback_clip'), globalFeedback: true }),
  },
  ctgru: {
    group: 'ctgru',
    results: 'ctgru/decay_ctgru_paper',
    cell: () => ctGru({ ...dense, clip: -1, compatPaper: false }),
  },
  'ctgru, compat paper': {
    group: 'ctgru',
    results: 'ctgru/decay_paper_code',
    cell: () => ctGru({ ...dense, clip: -1, compatPaper: true }),
  },
  ...Object.fromEntries(
    (
      [
        ['ltc', 'semi-implicit'],
        ['ltc_fully', 'semi-implicit'],
        ['ltc_rand', 'semi-implicit'],
        ['ltc_euler', 'euler'],
        ['ltc_rk4', 'rk4'],
      ] as const
    ).flatMap(([group, solver]) => [
      [group, ltcCase(group, solver, false)],
      [`${group}, compat paper`, ltcCase(group, solver, true)],
    ]),
  ),
};

/** The state is one dataset, or one for each of the LSTM's. */
function statesOf(group: string, when: 'initial' | 'final', names: readonly string[]): [string, Golden][] {
  return names.map((name) => {
    const single = `${group}/${when}_state`;
    const path = fixture.has(single) ? single : `${group}/${when}_${name}`;
    return [`${when} state ${name}`, fixture.get(path)];
  });
}

describeBackends('cell', () => {
  for (const [title, { group, results = group, cell: make, stateTolerance = 5e-6, absent }] of Object.entries(
    CASES,
  )) {
    const cells: Cell[] = [];
    afterAll(() => {
      for (const cell of cells) for (const variable of cell.weights.values()) variable.dispose();
    });

    it(`${title} gives the original's outputs, states and gradients`, () => {
      const cell = make();
      cells.push(cell);
      setWeights(cell.weights, (name) => fixture.get(`${group}/weights/${name}`));
      const features = fixture.get(fixture.has(`${group}/features`) ? `${group}/features` : 'features');
      const initial = statesOf(group, 'initial', cell.stateNames).map(([, state]) =>
        tensor(state),
      ) as unknown as State;
      const labels = fixture.get('labels').data;
      const curveFactor = Number(fixture.attribute('/', 'curve_factor'));
      const shares = normalised(sampleWeights(labels, curveFactor));

      let outputs = new Float32Array();
      let final: Float32Array[] = [];
      const variables = Array.from(cell.weights.values());
      const { value, grads } = tf.valueAndGrads((x: tf.Tensor) => {
        const run = cell.unroll(x as tf.Tensor3D, initial);
        outputs = run.outputs.dataSync<'float32'>().slice() as Float32Array<ArrayBuffer>;
        final = run.state.map((state) => state.dataSync<'float32'>().slice());
        return weightedLoss(run.outputs, labels, shares);
      })([tensor(features), ...variables]);

      expectClose(`${title}: outputs`, outputs, fixture.get(`${results}/outputs`), stateTolerance);
      for (const [n, [name, state]] of statesOf(results, 'final', cell.stateNames).entries()) {
        expectClose(`${title}: ${name}`, final[n], state, stateTolerance);
      }
      const { mse, mae } = errors(outputs, labels);
      expectRelative(`${title}: loss`, value.dataSync()[0], fixture.scalar(`${results}/loss`), 2e-6);
      expectRelative(`${title}: mse`, mse, fixture.scalar(`${results}/mse`), 2e-6);
      expectRelative(`${title}: mae`, mae, fixture.scalar(`${results}/mae`), 2e-6);

      const names = ['grad_features', ...Array.from(cell.weights.keys(), (name) => `gradients/${name}`)];
      const checks = names.flatMap((name, n) =>
        comparisons(`${results}/${name}`, grads[n], absent?.get(name.slice(10))),
      );
      const groupsLargest = Math.max(...checks.map(([, , expected]) => largestEntry(expected.data)));
      for (const [name, gradient, expected] of checks) {
        const tolerance = 2e-5 * largestEntry(expected.data) + 1e-6 * groupsLargest;
        expectClose(`${title}: ${name}`, gradient, expected, tolerance);
      }
    });
  }
});

/** Large gradients stand in the fixture as sums over rows and over columns; absent synapses have none by default. */
function comparisons(
  path: string,
  gradient: tf.Tensor,
  polarity: Int8Array | undefined,
): [string, Float32Array, Golden][] {
  if (!fixture.has(path)) {
    return (['row', 'column'] as const).map((side) => [
      `${path}_${side}_sums`,
      tf.sum(gradient, side === 'row' ? 1 : 0).dataSync<'float32'>(),
      fixture.get(`${path}_${side}_sums`),
    ]);
  }
  const { shape, data } = fixture.get(path);
  const expected = polarity ? data.map((value, n) => (polarity[n] === 0 ? 0 : value)) : data;
  return [[path, gradient.dataSync<'float32'>(), { shape, data: expected }]];
}
