/** Options that have an effect only beside others: refused where they were chosen, and only there. */
import { describe, expect, it } from 'vitest';
import { appliesText, withoutEffect } from './applies.ts';
import { type Given, optionsOf } from './flags.ts';
import { mergeOptions } from './merge.ts';
import {
  activeOptions,
  crossvalOptions,
  demoOptions,
  driveOptions,
  MODELS,
  passiveOptions,
  reproduceOptions,
  sweepActiveOptions,
  sweepPassiveOptions,
} from './schema.ts';

const SCHEMAS = {
  passiveOptions,
  activeOptions,
  sweepPassiveOptions,
  sweepActiveOptions,
  crossvalOptions,
  demoOptions,
  reproduceOptions,
  driveOptions,
};

/** Options without effect beside these flags, by schema. */
const idle = (flags: Given, schema = passiveOptions as Parameters<typeof withoutEffect>[0]) =>
  [...withoutEffect(schema, { flags }).keys()].sort();

describe('a flag without effect', () => {
  it.each([
    [
      { model: 'lstm', solver: 'rk4' },
      '--solver rk4 has no effect with model lstm, only with model wm; leave it out',
    ],
    [{ model: 'wm', lstm_size: 32 }, '--lstm_size 32 has no effect with model wm; leave it out'],
    [
      { model: 'gru', ctfeedback: true },
      '--ctfeedback has no effect with model gru, only with model ctrnn; leave it out',
    ],
    [
      { model: 'wm', ctfeedback: false },
      '--no-ctfeedback has no effect with model wm, only with model ctrnn; leave it out',
    ],
    [{ model: 'wm', drf: 0.5 }, '--drf 0.5 has no effect with model wm, only with model cnn; leave it out'], // the default, too
    [{ model: 'cnn', seq_len: 4 }, '--seq_len 4 has no effect with model cnn; leave it out'],
    [
      { model: 'wm', perspective_speed: 3 },
      '--perspective_speed 3 has no effect without --perspective; leave it out',
    ],
    [
      { model: 'wm', wiring: 'w.json', wm_size: 'rand' },
      '--wm_size rand has no effect with wiring w.json; leave it out',
    ],
    [
      { model: 'wm', threads: 2, backend: 'wasm' },
      '--threads 2 has no effect with backend wasm; leave it out',
    ],
  ])('%j: %s', (flags, sentence) => {
    expect([...withoutEffect(passiveOptions, { flags }).values()]).toEqual([sentence]);
    expect(() =>
      mergeOptions(passiveOptions, { flags: { experiment_id: 0, ...flags } }, { where: 'options' }),
    ).toThrow(`options: ${sentence}`);
  });

  /** Which models an option is for, written down a second time, from the cells themselves (models/registry.ts). */
  const FOR: Readonly<Record<string, readonly string[]>> = {
    solver: ['wm'],
    wm_size: ['wm'],
    wiring: ['wm'],
    wm_seed: ['wm'],
    wm_inter_neurons: ['wm'],
    wm_command_neurons: ['wm'],
    wm_sensory_fanout: ['wm'],
    wm_inter_fanout: ['wm'],
    wm_motor_fanin: ['wm'],
    wm_recurrent_command_synapses: ['wm'],
    lstm_size: ['lstm', 'gru', 'tf_gru', 'vanilla', 'ctrnn', 'ctgru'],
    sparsity: ['lstm', 'gru', 'tf_gru', 'vanilla', 'ctrnn', 'ctgru'],
    lstm_clip: ['lstm', 'gru', 'ctrnn', 'ctgru'],
    lstm_forget_bias: ['lstm'],
    ctfeedback: ['ctrnn'],
    drf: ['cnn'],
    dr1: ['cnn'],
    dr2: ['cnn'],
    seq_len: MODELS.filter((model) => model !== 'cnn'),
    conv_grad_scaling: MODELS.filter((model) => model !== 'cnn'),
  };

  it.each(MODELS)('%s takes the options that are for it, and no other', (model) => {
    const conditional = optionsOf(passiveOptions).filter(({ applies }) =>
      applies.some(({ option }) => option === 'model'),
    );
    expect(conditional.map(({ name }) => name).sort()).toEqual(Object.keys(FOR).sort());
    for (const { name } of conditional) {
      expect(idle({ model, [name]: 1 }), name).toEqual(FOR[name].includes(model) ? [] : [name]);
    }
  });

  it('of a sweep’s executor and of test drives too', () => {
    expect(idle({ models: 'wm', time: '1:00', jobs: 2 }, sweepPassiveOptions)).toEqual(['time']);
    expect(idle({ models: 'wm', executor: 'slurm', time: '1:00', jobs: 2 }, sweepActiveOptions)).toEqual([
      'jobs',
    ]);
    expect(idle({ on: 'a.h5', road_seed: 2, distance: 10, speed: 8 }, driveOptions)).toEqual([
      'distance',
      'road_seed',
    ]);
    expect(idle({ speed: 8, overlay: 'none', noise_seed: 2 }, driveOptions)).toEqual([
      'noise_seed',
      'overlay',
      'speed',
    ]);
    expect(idle({ noise: '0,0.1', noise_seed: 2, video: true, overlay: 'none' }, driveOptions)).toEqual([]);
  });
});

describe('a file', () => {
  const file = (more: Given) => ({ model: 'lstm', experiment_id: 0, ...more });

  it('may list every option at its default', () => {
    expect(
      mergeOptions(passiveOptions, { file: passiveOptions.parse(file({})), flags: {} }, { where: 'f' }),
    ).toEqual(passiveOptions.parse(file({})));
    expect(
      mergeOptions(activeOptions, { file: { model: 'wm', ctfeedback: true }, flags: {} }, { where: 'f' })
        .model,
    ).toBe('wm');
  });

  it('is refused with another value, unless the run that goes on was started with it', () => {
    const other = file({ solver: 'rk4' });
    expect(() => mergeOptions(passiveOptions, { file: other, flags: {} }, { where: 'f.yaml' })).toThrow(
      'f.yaml: solver rk4 has no effect with model lstm, only with model wm; leave it out',
    );
    for (const given of [{ flags: {} }, { file: other, flags: {} }, { flags: { solver: 'rk4' } }]) {
      expect(mergeOptions(passiveOptions, { recorded: other, ...given }, { where: 'f' }).solver).toBe('rk4');
    }
    expect(() =>
      mergeOptions(passiveOptions, { recorded: other, flags: { solver: 'euler' } }, { where: 'f' }),
    ).toThrow('--solver euler has no effect');
  });
});

it.each(Object.entries(SCHEMAS))('%s: conditions name options and values that there are', (_, schema) => {
  const options = optionsOf(schema);
  const inRuns = new Set([...Object.keys(passiveOptions.shape), ...Object.keys(activeOptions.shape)]);
  for (const option of options) {
    for (const { option: name, is, isNot } of option.applies) {
      const other = options.find((one) => one.name === name);
      if (!other) expect(inRuns, option.name).toContain(name);
      for (const value of [...(is ?? []), ...(isNot ?? [])]) {
        if (other?.choices) expect(other.choices, `${option.name}: ${name}`).toContain(value);
      }
    }
    expect(appliesText(option) === '', option.name).toBe(option.applies.length === 0);
  }
});
