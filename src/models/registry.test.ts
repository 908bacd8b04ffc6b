/** Every model's weights by name and number (docs/pipeline.md §3), and the options that no model can be built from. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.ts';
import { ConfigError } from '../errors.ts';
import { MODELS, type ModelName, type ModelOptions, modelOptions } from '../options/schema.ts';
import { disposeModel, parameterCount } from './model.ts';
import { buildModel } from './registry.ts';
import { paperWiring } from './wiring/paper.ts';
import { synapseCount, type Wiring, wiringFromMatrices } from './wiring/wiring.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const build = (options: Partial<ModelOptions> & { model: ModelName }, wiring?: Wiring) =>
  buildModel(modelOptions.parse(options), 0, wiring);

const HEAD = 79_420;

describe('parameter counts', () => {
  const counts: [string, Partial<ModelOptions> & { model: ModelName }, number][] = [
    ['wm', { model: 'wm' }, HEAD + 3_998],
    ['lstm', { model: 'lstm' }, HEAD + 24_897],
    ['gru', { model: 'gru' }, HEAD + 18_689],
    ['tf_gru', { model: 'tf_gru' }, HEAD + 18_689],
    ['vanilla', { model: 'vanilla' }, HEAD + 6_273],
    ['ctrnn', { model: 'ctrnn' }, HEAD + 2_177],
    ['ctrnn with feedback', { model: 'ctrnn', ctfeedback: true }, HEAD + 6_273],
    ['ctgru', { model: 'ctgru' }, HEAD + 105_601],
    ['lstm of 5 units', { model: 'lstm', lstm_size: 5 }, HEAD + 4 * 5 * (32 + 5 + 1) + 6],
  ];
  it.each(counts)('%s', (_, options, expected) => {
    const model = build(options);
    expect(parameterCount(model, 'all')).toBe(expected);
    if (options.model !== 'wm') expect(parameterCount(model, 'existing')).toBe(expected);
    disposeModel(model);
  });

  it.each([
    ['small', 192 + 60],
    ['mk2', 192 + 60],
    ['fully', 608 + 342],
    ['rand', 192 + 330],
  ] as const)('wm wired as %s has four parameters for each of its %i synapses', (wm_size, synapses) => {
    const model = build({ model: 'wm', wm_size });
    // Beside the synapses: cm, gleak, vleak of 19 neurons, two for each of 32 inputs, one for the output.
    expect(parameterCount(model, 'existing') - HEAD).toBe(4 * synapses + 3 * 19 + 2 * 32 + 1);
    disposeModel(model);
  });

  it('wm of one’s own numbers has the neurons and synapses that they say', () => {
    const numbers = { wm_inter_neurons: 20, wm_command_neurons: 10, wm_sensory_fanout: 5, wm_motor_fanin: 8 };
    const model = build({ model: 'wm', ...numbers, wm_seed: 7 });
    if (model.kind !== 'recurrent' || !model.wiring) throw new Error('wm has a wiring');
    const { units, layers, sensory, neural, description } = model.wiring;
    expect(units).toBe(1 + 10 + 20);
    expect(layers.map(({ end }) => end)).toEqual([1, 11, 31]);
    expect(synapseCount(sensory)).toBe(32 * 5);
    const intoMotor = Array.from({ length: units }, (_, source) => neural[source * units]);
    expect(intoMotor.filter((polarity) => polarity !== 0)).toHaveLength(8);
    expect(description).toMatchObject({ inter: 20, command: 10, sensoryFanout: 5, motorFanin: 8, seed: 7 });
    disposeModel(model);
  });

  it('numbers that leave the motor neuron without a path from the inputs are refused', () => {
    const numbers = { wm_inter_neurons: 20, wm_command_neurons: 200, wm_recurrent_command_synapses: 0 };
    const thin = { wm_sensory_fanout: 1, wm_inter_fanout: 1, wm_motor_fanin: 1 };
    expect(() => build({ model: 'wm', ...numbers, ...thin })).toThrow('no input reaches motor neuron 0');
  });

  it('of wm the paper counts 1,065: without the 65 of the input and output mappings', () => {
    const model = build({ model: 'wm' });
    expect(parameterCount(model, 'existing') - HEAD - (2 * 32 + 1)).toBe(1_065);
    disposeModel(model);
  });
});

describe('weights', () => {
  const head = [
    ...[1, 2, 3, 4, 5].flatMap((n) => [`conv${n}_kernel`, `conv${n}_bias`]),
    ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [`filter${n}_kernel`, `filter${n}_bias`]),
  ].map((name) => `head/${name}`);

  const cells: Record<Exclude<ModelName, 'cnn'>, string[]> = {
    wm: [
      'cm',
      'gleak',
      'vleak',
      'w',
      'mu',
      'sigma',
      'erev',
      'sensory_w',
      'sensory_mu',
      'sensory_sigma',
      'sensory_erev',
      'input_w',
      'input_b',
      'output_w',
    ],
    lstm: ['kernel', 'bias', 'out_kernel', 'out_bias'],
    gru: [
      'W_reset_gate',
      'bias_reset_gate',
      'W_detect_signal',
      'bias_detect_signal',
      'W_update_setting',
      'bias_update_setting',
      'out_kernel',
      'out_bias',
    ],
    tf_gru: ['gates_kernel', 'gates_bias', 'candidate_kernel', 'candidate_bias', 'out_kernel', 'out_bias'],
    vanilla: ['W_step', 'bias_step', 'out_kernel', 'out_bias'],
    ctrnn: ['W_step', 'bias_step', 'out_kernel', 'out_bias'],
    ctgru: [
      'tau_r_kernel',
      'tau_r_bias',
      'W_detect_signal',
      'bias_detect_signal',
      'tau_s_kernel',
      'tau_s_bias',
      'out_kernel',
      'out_bias',
    ],
  };

  it.each(Object.entries(cells))('%s: those of the head, then those of the cell', (name, ofCell) => {
    const model = build({ model: name as ModelName });
    expect([...model.weights.keys()]).toEqual([...head, ...ofCell.map((weight) => `${name}/${weight}`)]);
    expect([...model.convolutionWeights]).toEqual(head.slice(0, 10));
    disposeModel(model);
  });

  it('every weight of every model is freed by disposeModel', () => {
    const before = tf.memory().numTensors;
    for (const model of MODELS) if (model !== 'cnn') disposeModel(build({ model }));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('of the cnn: 5,068,900 numbers, neither clipped nor constrained; the others are clipped to norm 10', () => {
    const lstm = build({ model: 'lstm' });
    expect(lstm.clipNorm).toBe(10);
    disposeModel(lstm);
    const cnn = build({ model: 'cnn' });
    expect(parameterCount(cnn, 'all')).toBe(5_068_900);
    expect(parameterCount(cnn, 'existing')).toBe(5_068_900);
    expect(cnn.clipNorm).toBeUndefined();
    expect(cnn.constraints.size).toBe(0);
    const layers = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'];
    const convolutions = layers.flatMap((layer) => [`cnn/${layer}_kernel`, `cnn/${layer}_bias`]);
    expect([...cnn.convolutionWeights]).toEqual(convolutions);
    expect([...cnn.weights.keys()]).toEqual([
      ...convolutions,
      ...['dense1_kernel', 'dense1_bias', 'dense2_kernel', 'dense2_bias', 'out_kernel'].map(
        (n) => `cnn/${n}`,
      ),
    ]);
    disposeModel(cnn);
  });
});

describe('options that contradict each other', () => {
  let tensors: number;
  const refuses = (options: Partial<ModelOptions> & { model: ModelName }, text: string, wiring?: Wiring) => {
    tensors = tf.memory().numTensors;
    expect(() => build(options, wiring)).toThrow(new ConfigError(text));
  };
  afterEach(() => {
    expect(tf.memory().numTensors, 'no tensor was made before the refusal').toBe(tensors);
  });

  /** 32 inputs onto neuron `target` of `units`, which has no synapse to another neuron. */
  const wiringOnto = (target: number, units: number, inputs = 32, outputs = 1) =>
    wiringFromMatrices({
      sensory: Array.from({ length: inputs }, () =>
        Array.from({ length: units }, (_, unit) => (unit === target ? 1 : 0)),
      ),
      neural: Array.from({ length: units }, () => new Array(units).fill(0)),
      outputs,
    });

  it('sparsity with wm, which is sparse by its wiring', () => {
    refuses(
      { model: 'wm', sparsity: 0.5 },
      'sparsity 0.5 does not go with model wm: wm is sparse by its wiring; leave it out',
    );
  });

  it('sparsity with cnn, which has no recurrent cell', () => {
    refuses(
      { model: 'cnn', sparsity: 0.5 },
      'sparsity 0.5 does not go with model cnn: cnn has no recurrent cell; leave it out',
    );
  });

  it('a wiring with another model than wm', () => {
    refuses({ model: 'lstm' }, 'a wiring was given with model lstm: only wm has one', paperWiring('mk2', 32));
  });

  it('a wiring of another number of inputs', () => {
    refuses(
      { model: 'wm' },
      'the wiring has 31 inputs, the convolution head gives 32 features',
      paperWiring('mk2', 31),
    );
  });

  it('a wiring of two motor neurons', () => {
    const both = wiringOnto(0, 2, 32, 2);
    both.sensory.fill(1);
    refuses({ model: 'wm' }, 'the wiring has 2 motor neurons, steering needs exactly 1', both);
  });

  it('a wiring whose motor neuron no input reaches', () => {
    refuses(
      { model: 'wm' },
      'wiring matrices: no input reaches motor neuron 0 through any path; ' +
        'add synapses, raise a fan-out or the fan-in, or take another seed',
      wiringOnto(1, 2),
    );
  });

  it('a wiring of zero neurons', () => {
    const empty: Wiring = {
      ...wiringOnto(0, 1),
      units: 0,
      sensory: new Int8Array(),
      neural: new Int8Array(),
      layers: [],
    };
    tensors = tf.memory().numTensors;
    expect(() => build({ model: 'wm' }, empty)).toThrow(ConfigError);
    expect(() => build({ model: 'wm' }, empty)).toThrow('units must be at least 1, got 0');
  });
});
