/**
 * From options to a model. Adding a recurrent cell takes its file in `cells/` and one line here and in the
 * list of names in `../options/schema.ts` (docs/extending.md).
 */

import { ConfigError } from '../errors.ts';
import { contradictions } from '../options/contradictions.ts';
import { parseOptions } from '../options/parse.ts';
import {
  type ModelInput,
  type ModelOptions,
  modelOptions,
  type Precision,
  type RecurrentModelName,
} from '../options/schema.ts';
import type { Cell, Weights } from './cells/cell.ts';
import { ctGru } from './cells/ct-gru.ts';
import { ctRnn } from './cells/ct-rnn.ts';
import type { DenseCellOptions } from './cells/dense-cell.ts';
import { gru } from './cells/gru.ts';
import { lstm } from './cells/lstm.ts';
import { ncp } from './cells/ncp.ts';
import { tfGru } from './cells/tf-gru.ts';
import { vanilla } from './cells/vanilla.ts';
import { cnn } from './cnn.ts';
import { convHead, HEAD_FEATURES } from './conv-head.ts';
import { CNN_STACK, convolutionWeightNames } from './convolution.ts';
import type { FrameModel, Model, RecurrentModel } from './model.ts';
import { sparsityConstraints } from './sparsity.ts';
import { numberedWiring, paperWiring } from './wiring/paper.ts';
import { checkWiring, type Wiring } from './wiring/wiring.ts';

/** Global norm of the recurrent models' gradients; docs/pipeline.md §3. */
const CLIP_NORM = 10;

type CellBuilder = (options: ModelOptions, dense: DenseCellOptions, wiring: Wiring | undefined) => Cell;

const CELLS: Readonly<Record<RecurrentModelName, CellBuilder>> = {
  wm: ({ solver, compat }, { name, seed }, wiring) =>
    ncp({ name, seed, wiring: wiring as Wiring, solver, compatPaper: compat === 'paper' }),
  lstm: (options, dense) => lstm({ ...dense, forgetBias: options.lstm_forget_bias, clip: options.lstm_clip }),
  gru: (options, dense) => gru({ ...dense, clip: options.lstm_clip }),
  tf_gru: (_, dense) => tfGru(dense),
  vanilla: (_, dense) => vanilla(dense),
  ctrnn: (options, dense) => ctRnn({ ...dense, clip: options.lstm_clip, globalFeedback: options.ctfeedback }),
  ctgru: (options, dense) =>
    ctGru({ ...dense, clip: options.lstm_clip, compatPaper: options.compat === 'paper' }),
};

/**
 * @param given - at least `{ model }`; what is left out has its default
 * @param seed - of the start values
 * @param wiring - of `wm`, instead of the one that `wm_size` or the wiring numbers name
 * @throws ConfigError for options that contradict each other, and for a wiring that cannot work
 */
export function buildModel(
  given: ModelInput,
  seed: number,
  wiring?: Wiring,
  precision: Precision = 'float32',
): Model {
  const options = parseOptions(modelOptions, given, 'model options');
  refuseContradictions(options, wiring);
  return options.model === 'cnn'
    ? buildFrameModel(options, seed, precision)
    : buildRecurrentModel(options, options.model, seed, wiring, precision);
}

function buildRecurrentModel(
  options: ModelOptions,
  name: RecurrentModelName,
  seed: number,
  given: Wiring | undefined,
  precision: Precision,
): RecurrentModel {
  const wiring = name === 'wm' ? (given ?? wiringOf(options)) : undefined;
  if (wiring) refuseUnusableWiring(wiring);
  const head = convHead(seed);
  const dense = { name, seed, inputs: HEAD_FEATURES, units: options.lstm_size };
  const cell = CELLS[name](options, dense, wiring);
  const constraints =
    options.sparsity > 0 ? sparsityConstraints(cell, options.sparsity, seed, name) : cell.constraints;
  return {
    kind: 'recurrent',
    options,
    precision,
    wiring,
    head,
    cell,
    weights: new Map([...scoped('head', head.weights), ...scoped(name, cell.weights)]) as Weights,
    convolutionWeights: new Set(head.convolutionWeights.map((weight) => `head/${weight}`)),
    constraints: new Map(scoped(name, constraints)),
    existing: new Map(scoped(name, cell.existing)),
    clipNorm: CLIP_NORM,
  };
}

function buildFrameModel(options: ModelOptions, seed: number, precision: Precision): FrameModel {
  const network = cnn(seed);
  return {
    kind: 'frame',
    options,
    precision,
    cnn: network,
    weights: new Map(scoped('cnn', network.weights)) as Weights,
    convolutionWeights: new Set(convolutionWeightNames(CNN_STACK).map((weight) => `cnn/${weight}`)),
    constraints: new Map(),
    existing: new Map(),
    clipNorm: undefined,
  };
}

/** The paper's wiring of that name, or with other numbers one of one's own. */
function wiringOf(options: ModelOptions): Wiring {
  const { wm_size: size } = options;
  return size === 'fully' || size === 'rand'
    ? paperWiring(size, HEAD_FEATURES)
    : numberedWiring(options, HEAD_FEATURES);
}

function refuseContradictions(options: ModelOptions, wiring: Wiring | undefined): void {
  const faults = contradictions(options);
  if (wiring && options.model !== 'wm') {
    faults.push(`a wiring was given with model ${options.model}: only wm has one`);
  }
  if (faults.length > 0) throw new ConfigError(faults.join('\n  '));
}

function refuseUnusableWiring(wiring: Wiring): void {
  checkWiring(wiring);
  if (wiring.inputs !== HEAD_FEATURES) {
    throw new ConfigError(
      `the wiring has ${wiring.inputs} inputs, the convolution head gives ${HEAD_FEATURES} features`,
    );
  }
  if (wiring.outputs !== 1) {
    throw new ConfigError(`the wiring has ${wiring.outputs} motor neurons, steering needs exactly 1`);
  }
}

/** Entries with `scope/` before their names. */
function scoped<Value>(scope: string, entries: ReadonlyMap<string, Value>): [string, Value][] {
  return Array.from(entries, ([name, value]) => [`${scope}/${name}`, value]);
}
