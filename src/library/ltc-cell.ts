/**
 * `LTCCell`, the liquid time-constant cell as the NCP packages for Keras and PyTorch have it, for
 * `tf.layers.rnn({ cell })`. For a whole sequence in one operation use the layer `LTC` (ltc.ts).
 *
 * Not the cell of `--model wm`: the packages divide the capacitance by the length of an unfold, add ε to the
 * denominator, have an affine output mapping, and bound weights only from below
 * (test/golden/README.md, "The library's cell, and where it differs from the published scripts").
 *
 * Two things are as TensorFlow.js needs them. Its RNN layer reads the width of its output off the first state,
 * so the states are [output, v]; the first one is only carried along. And its optimisers never apply
 * constraints, so the cell applies its own at the start of every call ({@link LTCCell.enforceBounds}).
 */
import * as tf from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { ConfigError } from '../errors.ts';
import {
  LTC_PARAMETER_NAMES,
  type LtcOperation,
  type LtcParameterName,
  ltc,
} from '../models/cells/ltc/operation.ts';
import { semiImplicit } from '../models/cells/ltc/semi-implicit.ts';
import { existingSynapses } from '../models/cells/ltc/synapses.ts';
import type { PlanConfig, WiringPlan } from '../models/wiring/plan.ts';
import { planFromConfig } from '../models/wiring/plan-from-config.ts';
import { checkWiring, type Wiring } from '../models/wiring/wiring.ts';
import { stream } from '../random/stream.ts';
import { unknownName } from '../text/nearest.ts';

/** As tfjs-layers has it: null where a size is open. */
type Shape = readonly (number | null)[];

/** `affine` x·w + b, `linear` x·w, or none. */
export type Mapping = 'affine' | 'linear' | null;

/** Start values are drawn uniformly from [low, high]; equal ends give a constant. */
export type Range = readonly [low: number, high: number];

const DEFAULT_RANGES = {
  gleak: [0.001, 1],
  vleak: [-0.2, 0.2],
  cm: [0.4, 0.6],
  w: [0.001, 1],
  sigma: [3, 8],
  mu: [0.3, 0.8],
  sensory_w: [0.001, 1],
  sensory_sigma: [3, 8],
  sensory_mu: [0.3, 0.8],
} as const satisfies Record<string, Range>;

export type RangeName = keyof typeof DEFAULT_RANGES;

/** Weights that must not be negative: their start ranges are checked, and what training makes negative becomes 0. */
const NON_NEGATIVE = ['gleak', 'cm', 'w', 'sensory_w'] as const;

export interface LTCCellOptions {
  /** Which neurons there are and how they are connected, e.g. `new wirings.AutoNCP({ units: 28, outputs: 4 })`. */
  readonly wiring: WiringPlan;
  /** K, solver steps per time step, ≥ 1; 6 by default. */
  readonly odeUnfolds?: number;
  /** ε, added to the solver's denominator, ≥ 0; 1e-8 by default. */
  readonly epsilon?: number;
  /** Of the inputs before they reach the neurons; `affine` by default. */
  readonly inputMapping?: Mapping;
  /** Of the motor neurons' potentials; `affine` by default. */
  readonly outputMapping?: Mapping;
  /** Start ranges to use instead of the packages', e.g. `{ w: [0.2, 2.0] }`. */
  readonly initialisationRanges?: Partial<Record<RangeName, Range>>;
  /** The last input feature is not an input but the time elapsed since the step before, > 0. Off: it is 1. */
  readonly elapsedInInputs?: boolean;
  /** Of the start values; drawn where left out. */
  readonly seed?: number;
  readonly name?: string;
}

/** What `getConfig` gives: the options, with the wiring as JSON. */
type LTCCellConfig = Omit<LTCCellOptions, 'wiring'> & { readonly wiring: WiringPlan | PlanConfig };

export class LTCCell extends layers.RNNCell {
  /** @nocollapse */
  static readonly className = 'LTCCell';

  /** [M, U]: the output is carried along as a state because of its width. */
  readonly stateSize: number[];
  readonly options: Required<Omit<LTCCellOptions, 'name' | 'initialisationRanges'>>;
  readonly ranges: Readonly<Record<RangeName, Range>>;

  #wiring: Wiring | undefined;
  #operation: LtcOperation | undefined;
  readonly #variables = new Map<string, LayerVariable>();

  /** @throws ConfigError for a range, mapping or number that cannot be, naming it */
  constructor(config: LTCCellOptions | LTCCellConfig) {
    super({ name: config.name });
    const wiring = isPlan(config.wiring) ? config.wiring : planFromConfig(config.wiring);
    const {
      odeUnfolds = 6,
      epsilon = 1e-8,
      inputMapping = 'affine',
      outputMapping = 'affine',
      elapsedInInputs = false,
      seed = Math.floor(Math.random() * 2 ** 32),
    } = config;
    if (!Number.isInteger(odeUnfolds) || odeUnfolds < 1) {
      throw new ConfigError(`LTCCell: odeUnfolds must be a whole number of at least 1, got ${odeUnfolds}`);
    }
    if (!Number.isFinite(epsilon) || epsilon < 0) {
      throw new ConfigError(`LTCCell: epsilon must be at least 0, got ${epsilon}`);
    }
    if (!Number.isSafeInteger(seed)) throw new ConfigError(`LTCCell: seed must be an integer, got ${seed}`);
    requireMapping('inputMapping', inputMapping);
    requireMapping('outputMapping', outputMapping);
    const ranges = config.initialisationRanges ?? {};
    this.ranges = checkedRanges(isPlan(config.wiring) ? ranges : withUnderscores(ranges));
    this.options = { wiring, odeUnfolds, epsilon, inputMapping, outputMapping, elapsedInInputs, seed };
    this.stateSize = [wiring.outputs, wiring.units];
  }

  /** The synapses, once the number of inputs is known. */
  get wiring(): Wiring {
    return built(this.#wiring);
  }

  /**
   * Makes the weights for the width of the input.
   *
   * @param inputShape - [.., S], or [.., S+1] with `elapsedInInputs`
   * @throws ConfigError if no input reaches one of the motor neurons, or the cell was built for another width
   */
  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as number[];
    const { wiring: plan, odeUnfolds, epsilon, elapsedInInputs, inputMapping, outputMapping } = this.options;
    const width = shape[shape.length - 1] - (elapsedInInputs ? 1 : 0);
    if (this.#wiring) {
      this.#requireWidth(width); // a second layer shares this cell
      return;
    }
    const wiring = plan.build(width);
    checkWiring(wiring);
    const { inputs: S, units: U, outputs: M } = wiring;
    this.#wiring = wiring;
    this.#operation = {
      structure: {
        inputs: S,
        units: U,
        sensory: existingSynapses(wiring.sensory, U),
        neural: existingSynapses(wiring.neural, U),
      },
      solver: semiImplicit(epsilon),
      unfolds: odeUnfolds,
      capacitancePerUnfold: true,
    };
    for (const name of LTC_PARAMETER_NAMES) {
      const size = name.startsWith('sensory_') ? [S, U] : isPerNeuron(name) ? [U] : [U, U];
      if (name === 'erev') this.#add(name, size, wiring.neural);
      else if (name === 'sensory_erev') this.#add(name, size, wiring.sensory);
      else this.#add(name, size, this.#drawn(name as RangeName, size));
    }
    this.#addMapping('input', inputMapping, S);
    this.#addMapping('output', outputMapping, M);
    this.built = true;
  }

  /** One time step: [input [B,S], output [B,M], v [B,U]] → [output, output, v]. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
    return tf.tidy(() => {
      const [x, , v] = inputs as tf.Tensor2D[];
      const { outputs, v: next } = this.unroll(tf.expandDims(x, 0), v);
      const output = tf.squeeze(outputs, [0]);
      return [output, output, next];
    });
  }

  /**
   * A whole sequence at once.
   *
   * @param inputs - [T,B,S], or [T,B,S+1] with `elapsedInInputs`
   * @param v - potentials before the first step [B,U]
   * @returns outputs [T,B,M], and v after the last step [B,U]
   * @throws DataError for inputs, potentials or times that are not finite, and for times that are not above 0
   */
  unroll(inputs: tf.Tensor3D, v: tf.Tensor2D): { outputs: tf.Tensor3D; v: tf.Tensor2D } {
    this.enforceBounds();
    const { units: U, inputs: S, outputs: M } = this.wiring;
    const [T, B] = inputs.shape;
    const { elapsedInInputs } = this.options;
    const features = elapsedInInputs ? tf.slice3d(inputs, [0, 0, 0], [T, B, S]) : inputs;
    const elapsed = elapsedInInputs
      ? (tf.reshape(tf.slice3d(inputs, [0, 0, S], [T, B, 1]), [T, B]) as tf.Tensor2D)
      : undefined;
    const parameters = Object.fromEntries(
      LTC_PARAMETER_NAMES.map((name) => [name, this.#variable(name).read()]),
    ) as Record<LtcParameterName, tf.Tensor>;
    const states = ltc(built(this.#operation), parameters, this.#mapped('input', features), v, elapsed);
    return {
      outputs: this.#mapped('output', tf.slice3d(states, [0, 0, 0], [T, B, M])),
      v: tf.reshape(tf.slice3d(states, [T - 1, 0, 0], [1, B, U]), [B, U]),
    };
  }

  /** Sets what an update made negative to 0: `gleak`, `cm`, `w` and `sensory_w`. */
  enforceBounds(): void {
    for (const name of NON_NEGATIVE) {
      const variable = this.#variable(name).read() as tf.Variable;
      const values = variable.dataSync<'float32'>();
      if (values.every((value) => value >= 0)) continue;
      const bounded = tf.tensor(
        values.map((value) => Math.max(value, 0)),
        variable.shape,
      );
      variable.assign(bounded);
      bounded.dispose();
    }
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { wiring, ...options } = this.options;
    const config = { ...options, wiring: wiring.toConfig(), initialisationRanges: this.ranges };
    return { ...super.getConfig(), ...config } as unknown as tf.serialization.ConfigDict;
  }

  #requireWidth(width: number): void {
    const { inputs } = this.wiring;
    if (width !== inputs)
      throw new ConfigError(`this LTCCell was built for ${inputs} inputs, now it gets ${width}`);
  }

  #variable(name: string): LayerVariable {
    return built(this.#variables.get(name));
  }

  /** Adds a weight with given start values. */
  #add(name: string, shape: number[], values: ArrayLike<number>): void {
    const variable = this.addWeight(name, shape, 'float32', initializers.zeros());
    const start = tf.tensor(Float32Array.from(values), shape);
    variable.write(start);
    start.dispose();
    this.#variables.set(name, variable);
  }

  /** The packages draw for every entry, absent synapses included. */
  #drawn(name: RangeName, shape: number[]): Float32Array {
    const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    const [low, high] = this.ranges[name];
    if (low === high) return values.fill(low);
    stream(this.options.seed, 'start', name).fillUniform(values, low, high);
    return values;
  }

  #addMapping(side: 'input' | 'output', mapping: Mapping, width: number): void {
    if (mapping !== null) this.#add(`${side}_w`, [width], new Float32Array(width).fill(1));
    if (mapping === 'affine') this.#add(`${side}_b`, [width], new Float32Array(width));
  }

  #mapped(side: 'input' | 'output', x: tf.Tensor3D): tf.Tensor3D {
    const w = this.#variables.get(`${side}_w`);
    const b = this.#variables.get(`${side}_b`);
    const scaled = w ? tf.mul<tf.Tensor3D>(x, w.read()) : x;
    return b ? tf.add<tf.Tensor3D>(scaled, b.read()) : scaled;
  }
}

tf.serialization.registerClass(LTCCell);

function isPlan(wiring: WiringPlan | PlanConfig): wiring is WiringPlan {
  return 'build' in wiring;
}

function isPerNeuron(name: LtcParameterName): boolean {
  return name === 'cm' || name === 'gleak' || name === 'vleak';
}

function built<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new ConfigError('this LTCCell is not built yet: call it on an input first');
  return value;
}

function requireMapping(option: string, mapping: unknown): void {
  if (mapping === 'affine' || mapping === 'linear' || mapping === null) return;
  const known = ['affine', 'linear', 'null'];
  throw new ConfigError(`LTCCell: ${unknownName(option, String(mapping), known)}`);
}

/** TensorFlow.js writes the keys of a saved model in its own way, so that `sensory_w` comes back as `sensoryW`. */
function withUnderscores(ranges: Readonly<Record<string, Range>>): Record<string, Range> {
  const underscored = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(ranges).map(([name, range]) => [underscored(name), range]));
}

/** @throws ConfigError naming the first range that cannot be */
function checkedRanges(given: Partial<Record<RangeName, Range>>): Record<RangeName, Range> {
  for (const [name, range] of Object.entries(given)) {
    if (!(name in DEFAULT_RANGES)) {
      const known = Object.keys(DEFAULT_RANGES);
      throw new ConfigError(`LTCCell: ${unknownName('initialisation range', name, known)}`);
    }
    const [low, high] = Array.isArray(range) ? (range as Range) : [Number.NaN, Number.NaN];
    if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) {
      throw new ConfigError(
        `LTCCell: the range of ${name} must be [low, high], got ${JSON.stringify(range)}`,
      );
    }
    if (low < 0 && (NON_NEGATIVE as readonly string[]).includes(name)) {
      throw new ConfigError(`LTCCell: ${name} must not be negative, its range starts at ${low}`);
    }
  }
  return { ...DEFAULT_RANGES, ...given };
}
