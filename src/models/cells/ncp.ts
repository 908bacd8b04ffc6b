/**
 * `wm`, the neural circuit policy: an LTC on a sparse wiring, as the published scripts have it
 * (docs/pipeline.md §3).
 *
 *     u        = features·input_w + input_b
 *     v        ← LTC(u, v), 6 unfolds a step          (ltc/semi-implicit.ts, ltc/explicit.ts)
 *     outputs  = v_motor·output_w
 *
 * The NCP packages integrate with another capacitance and bounds; that cell is `src/library/ltc-cell.ts`.
 *
 * paper's code: absent synapses are masked and then clipped to 0.001, so they come back; here, unless
 * `--compat paper`, they are exactly 0 and have no gradient (docs/pipeline.md §6).
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, given, type StartValue, startVariables, uniform } from '../start-values.ts';
import type { Wiring } from '../wiring/wiring.ts';
import { type Cell, type Constraint, lastOf, type State, type Table, type Trace, zeroState } from './cell.ts';
import { EXPLICIT_STEP, explicitEuler, rungeKutta4 } from './ltc/explicit.ts';
import { liquidity } from './ltc/liquidity.ts';
import {
  gather,
  LTC_PARAMETER_NAMES,
  type LtcOperation,
  type LtcParameterName,
  ltc,
} from './ltc/operation.ts';
import type { LtcSolver } from './ltc/problem.ts';
import { semiImplicit } from './ltc/semi-implicit.ts';
import { allEntries, existingSynapses } from './ltc/synapses.ts';

/** The solvers by their names on the command line. */
export const LTC_SOLVERS = {
  'semi-implicit': semiImplicit(0),
  euler: explicitEuler,
  rk4: rungeKutta4,
} as const satisfies Record<string, LtcSolver>;

export type LtcSolverName = keyof typeof LTC_SOLVERS;

/** Time that an unfold takes, in the unit of cm/gleak: the semi-implicit solver has cm for cm/Δt, so Δt = 1. */
const UNFOLD_LENGTH: Readonly<Record<LtcSolverName, number>> = {
  'semi-implicit': 1,
  euler: EXPLICIT_STEP,
  rk4: EXPLICIT_STEP,
};

/** Solver steps in one time step; docs/pipeline.md §3. */
const UNFOLDS = 6;

/** Bounds after every update; docs/pipeline.md §3. */
const BOUNDS = { cm: [1e-4, 1000], gleak: [1e-3, 100], w: [1e-3, 100] } as const;

export interface NcpOptions {
  /** Scope of the start values, `wm`. */
  readonly name: string;
  readonly seed: number;
  readonly wiring: Wiring;
  readonly solver: LtcSolverName;
  readonly compatPaper: boolean;
}

/** @returns the cell; state v [B,U], outputs [T,B,M] of neurons 0..M-1 */
export function ncp({ name, seed, wiring, solver, compatPaper }: NcpOptions): Cell {
  const { inputs: S, units: U, outputs: M } = wiring;
  const weights = startVariables(seed, name, ltcStartValues(wiring));
  const synapses = (polarity: Int8Array) =>
    compatPaper ? allEntries(polarity.length / U, U) : existingSynapses(polarity, U);
  const operation: LtcOperation = {
    structure: { units: U, inputs: S, neural: synapses(wiring.neural), sensory: synapses(wiring.sensory) },
    solver: LTC_SOLVERS[solver],
    unfolds: UNFOLDS,
    capacitancePerUnfold: false,
  };
  const exists = { w: entriesThatExist(wiring.neural), sensory_w: entriesThatExist(wiring.sensory) };
  const parameters = Object.fromEntries(
    LTC_PARAMETER_NAMES.map((parameter) => [parameter, weights[parameter]]),
  ) as Record<LtcParameterName, tf.Variable>;

  const trace = (features: tf.Tensor3D, [v]: State): Trace => {
    const [T, B] = features.shape;
    const inputs = tf.add(tf.mul(features, weights.input_w), weights.input_b) as tf.Tensor3D;
    const states = ltc(operation, parameters, inputs, v);
    const motor = tf.slice3d(states, [0, 0, 0], [T, B, M]);
    return { inputs, outputs: tf.mul(motor, weights.output_w), states: [states] };
  };

  return {
    inputs: S,
    stateNames: ['v'],
    weights: new Map(Object.entries(weights)),
    constraints: new Map<string, Constraint>([
      ['cm', (values) => clip(values, BOUNDS.cm)],
      ['gleak', (values) => clip(values, BOUNDS.gleak)],
      ['w', maskThenClip(exists.w, compatPaper)],
      ['sensory_w', maskThenClip(exists.sensory_w, compatPaper)],
    ]),
    existing: new Map(compatPaper ? [] : Object.entries(exists)),
    recurrentWeights: [...LTC_PARAMETER_NAMES],
    initialState: (B) => zeroState(B, [U]),
    unroll(features, initial) {
      const traced = trace(features, initial);
      return { outputs: traced.outputs, state: lastOf(traced) };
    },
    trace,
    liquidity: (inputs, states) =>
      liquidity(operation.structure, gather(operation.structure, parameters), inputs, states, {
        unfolds: UNFOLDS,
        unfoldLength: UNFOLD_LENGTH[solver],
      }),
    tables: () => parameterTables(parameters, wiring),
  };
}

/** docs/pipeline.md §3, "Start values". mu and sigma are drawn for absent synapses too, as the scripts do. */
function ltcStartValues({ inputs: S, units: U, outputs: M, neural, sensory }: Wiring) {
  const ofSynapses = (polarity: Int8Array, shape: number[]) => ({
    w: weightsOfExisting(polarity, shape),
    mu: uniform(0.3, 0.8, shape),
    sigma: uniform(3, 8, shape),
    erev: given(polarity, shape),
  });
  const n = ofSynapses(neural, [U, U]);
  const s = ofSynapses(sensory, [S, U]);
  return {
    cm: constant(0.5, [U]),
    gleak: constant(1, [U]),
    vleak: uniform(-0.2, 0.2, [U]),
    ...n,
    sensory_w: s.w,
    sensory_mu: s.mu,
    sensory_sigma: s.sigma,
    sensory_erev: s.erev,
    input_w: constant(1, [S]),
    input_b: constant(0, [S]),
    output_w: constant(1, [M]),
  };
}

/** U(0.1, 1) on existing synapses, 0 elsewhere. */
function weightsOfExisting(polarity: Int8Array, shape: number[]): StartValue {
  return (seed, name) =>
    tf.tidy(() => {
      const all = uniform(0.1, 1, shape)(seed, name).dataSync();
      return tf.tensor(
        Float32Array.from(all, (w, n) => (polarity[n] === 0 ? 0 : w)),
        shape,
      );
    });
}

function entriesThatExist(polarity: Int8Array): Uint8Array {
  return Uint8Array.from(polarity, (p) => (p === 0 ? 0 : 1));
}

function clip(values: Float32Array, [low, high]: readonly [number, number]): void {
  for (let n = 0; n < values.length; n++) values[n] = Math.min(Math.max(values[n], low), high);
}

function maskThenClip(exists: Uint8Array, compatPaper: boolean): Constraint {
  return (values) => {
    clip(values, BOUNDS.w);
    const absent = compatPaper ? BOUNDS.w[0] : 0; // what clipping makes of a masked weight
    for (let n = 0; n < values.length; n++) if (!exists[n]) values[n] = absent;
  };
}

/** docs/pipeline.md §3: one row a neuron, one row a synapse. */
function parameterTables(
  parameters: Readonly<Record<LtcParameterName, tf.Tensor>>,
  { units: U, neural, sensory }: Wiring,
): ReadonlyMap<string, Table> {
  const values = (name: LtcParameterName) => parameters[name].dataSync<'float32'>();
  const synapseTable = (polarity: Int8Array, prefix: '' | 'sensory_'): Table => {
    const [sigma, mu, w, erev] = (['sigma', 'mu', 'w', 'erev'] as const).map((name) =>
      values(`${prefix}${name}`),
    );
    const { entry, source, target } = existingSynapses(polarity, U);
    return {
      header: ['src', 'dest', 'sigma', 'mu', 'w', 'erev', 'erev_init'],
      rows: Array.from(entry, (at, n) => [
        source[n],
        target[n],
        sigma[at],
        mu[at],
        w[at],
        erev[at],
        polarity[at],
      ]),
    };
  };
  const [gleak, vleak, cm] = [values('gleak'), values('vleak'), values('cm')];
  return new Map<string, Table>([
    [
      'neuron_parameters.csv',
      {
        header: ['gleak', 'vleak', 'cm'],
        rows: Array.from({ length: U }, (_, j) => [gleak[j], vleak[j], cm[j]]),
      },
    ],
    ['sensory_synapses.csv', synapseTable(sensory, 'sensory_')],
    ['inter_synapses.csv', synapseTable(neural, '')],
  ]);
}
