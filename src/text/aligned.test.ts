import { expect, test } from 'vitest';
import { aligned, textWidth } from './aligned.ts';

test('columns are as wide as their widest cell, and no line ends in spaces', () => {
  expect(
    aligned([
      ['a', 'bcd', ''],
      ['ab', '', 'x'],
      ['a', 'b'],
    ]),
  ).toBe('a   bcd\nab       x\na   b');
});

test('numbers stand to the right, names to the left', () => {
  const rows = [
    ['', 'loss'],
    ['wm', '1.0'],
    ['lstm', '12.5'],
  ];
  expect(aligned(rows, 'right')).toBe('      loss\nwm     1.0\nlstm  12.5');
});

test.each([
  ['Latin', 'drive', 5],
  ['with an accent of its own', 'e\u0301', 1],
  ['a minus and a dash', '− –', 3],
  ['Chinese', '行车', 4],
  ['Korean, composed and not', '한\u1112\u1161\u11ab', 4],
  ['Japanese, of half width', 'ｶﾅ', 2],
  ['an emoji of several code points', '👩‍🚒', 2],
])('text takes the columns that a terminal gives it: %s', (_, text, width) => {
  expect(textWidth(text)).toBe(width);
});

test('names of any script keep the columns straight, and control characters are shown', () => {
  expect(
    aligned([
      ['行车.h5', '1'],
      ['drive\t.h5', '2'],
    ]),
  ).toBe('行车.h5         1\ndrive\\u0009.h5  2');
});
