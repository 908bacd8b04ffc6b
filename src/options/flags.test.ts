/** What of a schema the command line and the configuration files see, and how file and flags come together. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { contradictions } from './contradictions.ts';
import { type OptionDescription, optionsOf, typedValue, valuesText } from './flags.ts';
import { mergeOptions } from './merge.ts';
import { activeOptions, passiveOptions } from './schema.ts';

const option = (name: string) =>
  optionsOf(passiveOptions).find((each) => each.name === name) as OptionDescription;

describe('optionsOf', () => {
  it('gives the options of the schema in its order, each with a meaning', () => {
    for (const schema of [passiveOptions, activeOptions]) {
      expect(optionsOf(schema).map(({ name }) => name)).toEqual(Object.keys(schema.shape));
      for (const { name, description } of optionsOf(schema)) expect(description, name).not.toBe('');
    }
  });

  it.each([
    ['lr', 'number, > 0', 0.0005],
    ['batch_size', 'integer, ≥ 1', 20],
    ['drf', 'number, > 0, ≤ 1', 0.5],
    ['sparsity', 'number, < 1', -1],
    ['perspective', 'boolean', false],
    ['data', 'string', 'training_data_passive'],
    ['wm_size', 'small, mk2, fully or rand', 'small'],
    ['label_sign', '1 or -1', undefined],
  ])('%s takes %s, default %s', (name, values, fallback) => {
    expect(valuesText(option(name))).toBe(values);
    expect(option(name).default).toBe(fallback);
    expect(option(name).required).toBe(false);
  });

  it('model and experiment_id have to be given', () => {
    expect(
      optionsOf(passiveOptions)
        .filter(({ required }) => required)
        .map(({ name }) => name),
    ).toEqual(['model', 'experiment_id']);
  });
});

describe('typedValue', () => {
  it.each([
    ['lr', '1e-3', 0.001],
    ['lstm_clip', '-1', -1],
    ['label_sign', '-1', -1],
    ['lr', 'fast', 'fast'],
    ['lr', '', ''],
    ['batch_size', ' ', ' '],
    ['data', '2018', '2018'],
  ])('%s %j is %j', (name, text, value) => {
    expect(typedValue(option(name), text)).toBe(value);
  });
});

describe('mergeOptions', () => {
  const schema = z.strictObject({ a: z.int().default(1), b: z.int().default(1), c: z.int().default(1) });

  it('flags win over the file, the file over defaults', () => {
    expect(mergeOptions(schema, { file: { b: 2, c: 2 }, flags: { c: 3 } }, { where: 'options' })).toEqual({
      a: 1,
      b: 2,
      c: 3,
    });
  });

  it('a fault of the file that a flag mends is none', () => {
    expect(mergeOptions(schema, { file: { a: 'x' }, flags: { a: 4 } }, { where: 'options' }).a).toBe(4);
  });

  it('all faults of file, flags, contradictions and words come in one message', () => {
    const merge = () =>
      mergeOptions(
        passiveOptions,
        { file: { model: 'wm', lr: 0, batchsize: 3 }, flags: { experiment_id: 'four', sparsity: 0.5 } },
        { where: 'my.yaml and the command line', faults: ['unexpected argument "x"'] },
      );
    expect(merge).toThrow(ConfigError);
    expect(merge).toThrow(/^my\.yaml and the command line: /);
    for (const fault of [
      'lr: ',
      'got "four"',
      'did you mean "batch_size"?',
      '--sparsity 0.5 has no effect with model wm',
      '"x"',
    ]) {
      expect(merge).toThrow(fault);
    }
  });

  it('contradictions alone are refused too', () => {
    expect(() =>
      mergeOptions(activeOptions, { flags: { model: 'lstm', wiring: 'mine.json' } }, { where: 'options' }),
    ).toThrow('options: --wiring mine.json has no effect with model lstm, only with model wm; leave it out');
  });
});

describe('contradictions', () => {
  it.each([
    [{ model: 'wm', sparsity: -1 }, 0],
    [{ model: 'lstm', sparsity: 0.5 }, 0],
    [{ model: 'cnn', sparsity: 0.5 }, 1],
    [{ model: 'lstm', precision: 'bf16', backend: 'wasm' }, 1],
    [{ model: 'lstm', precision: 'bf16', backend: 'tensorflow' }, 0],
    [{ model: 'wm', wiring: 'mine.json', wm_size: 'small' }, 0],
    [{ model: 'wm', wiring: 'mine.json', wm_size: 'rand' }, 1],
    [{ model: 'gru', wiring: 'mine.json', wm_size: 'fully', sparsity: 0.1 }, 2],
    [{ model: 7, sparsity: 'much' }, 0],
    [{ model: 'wm', wm_inter_neurons: 20, wm_seed: 1 }, 0],
    [{ model: 'lstm', wm_inter_neurons: 12 }, 0], // the default, as a file with every option has it
    [{ model: 'lstm', wm_inter_neurons: 20 }, 1],
    [{ model: 'wm', wm_inter_neurons: 20, wm_size: 'small' }, 0],
    [{ model: 'wm', wm_inter_neurons: 20, wm_size: 'rand' }, 1],
    [{ model: 'wm', wm_seed: 2, wiring: 'mine.json' }, 1],
    [{ model: 'wm', wm_inter_fanout: 'many', wm_command_neurons: 2 }, 1], // too few for the default motor_fanin
  ])('%j has %d', (given, count) => {
    expect(contradictions(given)).toHaveLength(count);
  });

  it('name the options, what they are and what is the matter', () => {
    const given = { model: 'cnn', wm_seed: 2, wm_command_neurons: 3, wm_size: 'fully', wiring: 'mine.json' };
    expect(contradictions(given)).toEqual([
      'wiring "mine.json" does not go with model cnn: only wm has one',
      'wm_command_neurons 3, wm_seed 2: not with model cnn, only wm has a wiring',
      'wiring "mine.json" and wm_size fully and wm_command_neurons 3, wm_seed 2 are 3 wirings; keep one',
      'wm_inter_fanout 4, its default, is above wm_command_neurons 3: it counts different neurons of these',
      'wm_motor_fanin 6, its default, is above wm_command_neurons 3: it counts different neurons of these',
    ]);
  });
});
