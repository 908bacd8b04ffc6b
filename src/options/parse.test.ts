/** What is said of options that cannot be: every fault at once, unknown names with the nearest known one. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import { parseOptions } from './parse.ts';
import { MODELS, modelOptions, WM_NUMBERS } from './schema.ts';

const parse = (input: unknown) =>
  parseOptions(modelOptions, input, 'config.yaml', 'options --help lists all');

/** The message of the ConfigError that `input` gives. */
function refusal(input: unknown): string {
  try {
    parse(input);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${JSON.stringify(input)}`);
}

describe('parseOptions', () => {
  it('what is left out gets the default of the paper', () => {
    expect(parse({ model: 'lstm' })).toEqual({
      model: 'lstm',
      wm_size: 'small',
      ...WM_NUMBERS,
      solver: 'semi-implicit',
      lstm_size: 64,
      lstm_clip: -1,
      lstm_forget_bias: 1,
      ctfeedback: false,
      sparsity: -1,
      compat: 'none',
    });
  });

  it('what is given stands', () => {
    const given = {
      model: 'ctrnn',
      lstm_size: 8,
      lstm_clip: 10,
      ctfeedback: true,
      sparsity: 0.5,
      compat: 'paper',
    };
    expect(parse(given)).toMatchObject(given);
  });

  it.each(MODELS)('%s is a model', (model) => {
    expect(parse({ model }).model).toBe(model);
  });

  it.each([
    [
      { model: 'lstn' },
      `config.yaml: unknown model "lstn"; did you mean "lstm"? Known: ${MODELS.join(', ')}`,
    ],
    [
      { model: 'wm', wm_size: 'fuly' },
      'config.yaml: unknown wiring "fuly"; did you mean "fully"? Known: small, mk2, fully, rand',
    ],
    [
      { model: 'wm', solver: 'rk' },
      'config.yaml: unknown solver "rk"; did you mean "rk4"? Known: semi-implicit, euler, rk4',
    ],
    [
      { model: 'wm', compat: 'Paper' },
      'config.yaml: unknown compatibility "Paper"; did you mean "paper"? Known: none, paper',
    ],
  ])('%j is answered with the nearest name and the list', (input, message) => {
    expect(refusal(input)).toBe(message);
  });

  it('an unknown option is answered with the nearest one', () => {
    expect(refusal({ model: 'lstm', lstm_sise: 32 })).toBe(
      'config.yaml: unknown option "lstm_sise"; did you mean "lstm_size"? options --help lists all',
    );
  });

  it.each([
    [{ model: 'lstm', lstm_size: '32' }, 'lstm_size: ', 'got "32"'],
    [{ model: 'lstm', lstm_size: 0 }, 'lstm_size: ', 'got 0'],
    [{ model: 'lstm', lstm_size: 1.5 }, 'lstm_size: ', 'got 1.5'],
    [{ model: 'lstm', sparsity: 1 }, 'sparsity: ', 'got 1'],
    [{ model: 'ctrnn', ctfeedback: 'yes' }, 'ctfeedback: ', 'got "yes"'],
    [{ model: 7 }, 'model: ', 'got 7'],
    [{}, 'model is missing: ', 'trained, one of wm, .+ or cnn'],
  ])('%j is refused, naming the option and the value', (input, option, seen) => {
    expect(refusal(input)).toMatch(new RegExp(`^config.yaml: ${option}.+${seen}$`));
  });

  it.each([[null], ['wm'], [[]], [undefined]])('%j is no set of options', (input) => {
    expect(refusal(input)).toMatch(/^config.yaml: the options: expected entries as .+, got/);
  });

  it('every fault stands in one message', () => {
    const message = refusal({ model: 'wn', lstm_size: -1, lr: 1, learning: 2, solver: 'eule' });
    expect(message.split('\n')).toHaveLength(5);
    for (const name of ['"wn"', 'lstm_size', '"lr"', '"learning"', '"eule"']) expect(message).toContain(name);
  });
});
