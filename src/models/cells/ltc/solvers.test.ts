/** The three solvers' gradients against finite differences, on random wirings, and their order of convergence. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../../random/stream.ts';
import { explicitEuler, rungeKutta4 } from './explicit.ts';
import type { LtcParameters, LtcProblem, LtcSolver, LtcStructure } from './problem.ts';
import { semiImplicit } from './semi-implicit.ts';
import { allEntries, existingSynapses, type SynapseParameters } from './synapses.ts';

const SOLVERS: Record<string, LtcSolver> = {
  'semi-implicit': semiImplicit(1e-8),
  euler: explicitEuler,
  rk4: rungeKutta4,
};

const UNFOLDS = 3;

interface Setting {
  structure: LtcStructure;
  parameters: LtcParameters;
  problem: LtcProblem;
}

/** A random network, random parameters in the ranges that training sees, random inputs. */
function randomSetting(seed: number): Setting {
  const draw = stream(seed, 'solver test');
  const [units, inputs] = [draw.integer(1, 6), draw.integer(1, 4)];
  const [T, B] = [draw.integer(1, 4), draw.integer(1, 3)];
  const array = (length: number, low: number, high: number) =>
    Float64Array.from({ length }, () => draw.uniform(low, high));
  const polarity = (rows: number) => Int8Array.from({ length: rows * units }, () => draw.integer(-1, 2));
  const structure = {
    units,
    inputs,
    sensory: existingSynapses(polarity(inputs), units),
    neural: existingSynapses(polarity(units), units),
  };
  const synapses = (count: number): SynapseParameters => ({
    w: array(count, 0.1, 1),
    mu: array(count, 0.3, 0.8),
    sigma: array(count, 1, 4),
    erev: array(count, -1, 1),
  });
  return {
    structure,
    parameters: {
      cm: array(units, 0.4, 0.8),
      gleak: array(units, 0.2, 1),
      vleak: array(units, -0.5, 0.5),
      sensory: synapses(structure.sensory.count),
      neural: synapses(structure.neural.count),
    },
    problem: {
      T,
      B,
      inputs: Float32Array.from(array(T * B * inputs, -1, 1)),
      initial: Float32Array.from(array(B * units, -1, 1)),
      capacitanceFactor: array(T * B, 0.5, 2),
    },
  };
}

/** Every array of the setting that has a gradient, beside that gradient. */
function pairs({ parameters, problem }: Setting, gradients: ReturnType<ReturnType<LtcSolver>['backward']>) {
  const of = (values: LtcParameters) => ({
    cm: values.cm,
    gleak: values.gleak,
    vleak: values.vleak,
    ...Object.fromEntries(Object.entries(values.neural).map(([k, v]) => [k, v as Float64Array])),
    ...Object.fromEntries(
      Object.entries(values.sensory).map(([k, v]) => [`sensory_${k}`, v as Float64Array]),
    ),
  });
  const ofParameters = of(gradients.parameters) as Record<string, Float64Array>;
  return [
    ...Object.entries(of(parameters)).map(([name, values]) => [name, values, ofParameters[name]] as const),
    ['inputs', problem.inputs, gradients.inputs] as const,
    ['initial', problem.initial, gradients.initial] as const,
  ];
}

describe('LTC solvers', () => {
  for (const [name, solver] of Object.entries(SOLVERS)) {
    it(`${name}: gradients agree with finite differences on random wirings`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
          const setting = randomSetting(seed);
          const { structure, parameters, problem } = setting;
          const draw = stream(seed, 'direction');
          const size = problem.T * problem.B * structure.units;
          const R = Float32Array.from({ length: size }, () => draw.uniform(-1, 1));
          const objective = () =>
            solver(structure, parameters, problem, UNFOLDS).states.reduce((sum, v, n) => sum + v * R[n], 0);
          const gradients = solver(structure, parameters, problem, UNFOLDS).backward(R);
          const arrays: (readonly [string, Float64Array | Float32Array, Float64Array | Float32Array])[] = [
            ...pairs(setting, gradients),
          ];
          // The explicit solvers belong to the published scripts, whose capacitance has no factor.
          if (name === 'semi-implicit') {
            const factor = problem.capacitanceFactor as Float64Array;
            arrays.push(['capacitanceFactor', factor, gradients.capacitanceFactor]);
          }
          for (const [what, values, gradient] of arrays) {
            for (let n = 0; n < values.length; n++) {
              const expected = fourPointDifference(values, n, objective);
              expect(
                Math.abs(gradient[n] - expected),
                `∂/∂${what}[${n}] is ${gradient[n]}, finite differences give ${expected}`,
              ).toBeLessThan(2e-4 * Math.max(1, Math.abs(expected)));
            }
          }
        }),
        { numRuns: 25 },
      );
    });

    it(`${name}: visiting every entry with w = 0 at absent synapses changes nothing`, () => {
      const { structure, parameters, problem } = randomSetting(7);
      const { units, inputs } = structure;
      const spread = (compact: SynapseParameters, entry: Int32Array, size: number): SynapseParameters => {
        const dense = (key: keyof SynapseParameters) => {
          const values = new Float64Array(size).fill(key === 'w' ? 0 : 0.5);
          entry.forEach((at, n) => {
            values[at] = compact[key][n];
          });
          return values;
        };
        return { w: dense('w'), mu: dense('mu'), sigma: dense('sigma'), erev: dense('erev') };
      };
      const dense = {
        ...parameters,
        neural: spread(parameters.neural, structure.neural.entry, units * units),
        sensory: spread(parameters.sensory, structure.sensory.entry, inputs * units),
      };
      const whole = { ...structure, neural: allEntries(units, units), sensory: allEntries(inputs, units) };
      expect(solver(whole, dense, problem, UNFOLDS).states).toEqual(
        solver(structure, parameters, problem, UNFOLDS).states,
      );
    });
  }

  it('a leaky neuron without synapses relaxes as exp(−t), the explicit solvers to their orders', () => {
    // cm = gleak = 1, vleak = 0: v' = −v, so v(0.1·K) = exp(−0.1·K).
    const none = existingSynapses(new Int8Array(1), 1);
    const empty = {
      w: new Float64Array(),
      mu: new Float64Array(),
      sigma: new Float64Array(),
      erev: new Float64Array(),
    };
    const one = Float64Array.of(1);
    const structure = { units: 1, inputs: 1, sensory: none, neural: none };
    const parameters = { cm: one, gleak: one, vleak: Float64Array.of(0), sensory: empty, neural: empty };
    const problem = { T: 1, B: 1, inputs: Float32Array.of(0), initial: Float32Array.of(1) };
    const stateAfter = (solver: LtcSolver) => solver(structure, parameters, problem, 6).states[0];
    expect(stateAfter(explicitEuler)).toBeCloseTo(0.9 ** 6, 6); // (1 − h)^6
    expect(stateAfter(rungeKutta4)).toBeCloseTo(Math.exp(-0.6), 6);
    expect(stateAfter(semiImplicit(0))).toBeCloseTo(0.5 ** 6, 6); // cm/(cm + gleak) in every unfold
  });
});

/** (f(−2h) − 8f(−h) + 8f(h) − f(2h)) / 12h; float32 states allow no smaller h. */
function fourPointDifference(
  values: Float64Array | Float32Array,
  n: number,
  objective: () => number,
): number {
  const h = 0.02;
  const start = values[n];
  const at = (offset: number) => {
    values[n] = start + offset;
    const result = objective();
    values[n] = start;
    return result;
  };
  return (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h);
}
