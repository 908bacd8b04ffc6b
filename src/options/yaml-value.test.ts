import { expect, test } from 'vitest';
import { yamlValue } from './yaml-value.ts';

test.each([
  ['', null],
  ['a: 1\nb: [x, 2.5]\n', { a: 1, b: ['x', 2.5] }],
  ['base: &b {lr: 0.1}\nmine: *b\n', { base: { lr: 0.1 }, mine: { lr: 0.1 } }],
])('%j', (text, value) => {
  expect(yamlValue(text)).toEqual(value);
});

test.each([
  ['a: &x [1, *x]\n', 'an anchor (&) contains its own alias (*)'],
  ['a: &x {b: {c: *x}}\n', 'an anchor (&) contains its own alias (*)'],
  ['a: *b\n', 'Unresolved alias'],
  ['a: [1\n', 'line 2'],
])('%j is refused in words', (text, words) => {
  expect(() => yamlValue(text)).toThrow(words);
});

test('aliases that multiply are refused, quickly', () => {
  const levels = Array.from({ length: 12 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(9)}]`);
  expect(() => yamlValue(`l0: &l0 [x, x, x]\n${levels.join('\n')}\n`)).toThrow('alias');
});
