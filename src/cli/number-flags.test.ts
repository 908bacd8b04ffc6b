import { expect, test } from 'vitest';
import { aboveZero, anyNumber, fromZero, heightAndWidth, share, sign, wholeNumber } from './number-flags.ts';

test.each([
  ['a whole number', wholeNumber(), '12', 12],
  ['one with an exponent', wholeNumber(1), '1e3', 1000],
  ['one below 0', wholeNumber(Number.MIN_SAFE_INTEGER), '-7', -7],
  ['a number', anyNumber, '-0.5', -0.5],
  ['one above 0', aboveZero, '0.277778', 0.277778],
  ['nothing', fromZero, '0', 0],
  ['a share', share, '.5', 0.5],
  ['a sign', sign, '-1', -1],
  ['a size', heightAndWidth('250x400'), '120×160', { height: 120, width: 160 }],
])('%s is taken as it is typed', (_, parse, text, value) => {
  expect(parse(text)).toEqual(value);
});

test.each([
  [
    wholeNumber(),
    ['', ' ', '1.5', '-1', 'x', '9007199254740993', 'Infinity'],
    'expected a whole number from 0',
  ],
  [wholeNumber(1), ['0'], 'expected a whole number from 1'],
  [wholeNumber(9, 16), ['8', '17'], 'expected a whole number from 9 to 16'],
  [wholeNumber(Number.MIN_SAFE_INTEGER), ['', '0.5'], 'expected a whole number'],
  [anyNumber, ['', ' ', 'x', 'NaN', 'Infinity'], 'expected a number'],
  [aboveZero, ['', '0', '-1', 'Infinity'], 'expected a number above 0'],
  [fromZero, ['', '-0.1'], 'expected a number from 0'],
  [share, ['', '0', '1'], 'expected a number between 0 and 1'],
  [sign, ['', '0', '2'], 'expected 1 or -1'],
  [heightAndWidth('250x400'), ['', '250', '0x4', '4x', 'axb'], 'expected height and width, e.g. 250x400'],
  [heightAndWidth('9x9', 8, 16), ['7x9', '9x17'], 'expected height and width from 8 to 16, e.g. 9x9'],
])('what is no such number is refused, with what is wanted', (parse, texts, wanted) => {
  for (const text of texts) {
    expect(() => parse(text), text).toThrow(
      expect.objectContaining({ code: 'commander.invalidArgument', message: wanted }),
    );
  }
});
