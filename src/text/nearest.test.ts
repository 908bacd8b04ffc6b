/** The sentence for a name that is not known. */
import { expect, it } from 'vitest';
import { unknownName } from './nearest.ts';

const MODELS = ['wm', 'lstm', 'gru', 'tf_gru'];

it('guesses the nearest name and lists all', () => {
  expect(unknownName('model', 'lstn', MODELS)).toBe(
    'unknown model "lstn"; did you mean "lstm"? Known: wm, lstm, gru, tf_gru',
  );
});

it('looks past upper and lower case', () => {
  expect(unknownName('model', 'TFGRU', MODELS)).toContain('did you mean "tf_gru"?');
});

it('does not guess where nothing is near', () => {
  expect(unknownName('model', 'transformer', MODELS)).toBe(
    'unknown model "transformer". Known: wm, lstm, gru, tf_gru',
  );
});

it('has nothing to guess where nothing is known', () => {
  expect(unknownName('plot', 'loss', [])).toBe('unknown plot "loss".');
});
