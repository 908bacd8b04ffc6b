import { expect, test } from 'vitest';
import { dateIn, secondsIn } from './stamps.ts';

test('a date is found in the name of a picture of Udacity’s simulator', () => {
  const name = 'center_2018_07_16_17_11_43_382.jpg';
  expect(dateIn(name)).toBeCloseTo(Date.UTC(2018, 6, 16, 17, 11, 43, 382) / 1000, 6);
});

test('a date of SullyChen has its milliseconds after a colon', () => {
  expect(dateIn('2018-07-01 17:09:44:912')).toBeCloseTo(Date.UTC(2018, 6, 1, 17, 9, 44, 912) / 1000, 6);
});

test('a date without a fraction is a whole second', () => {
  expect(dateIn('2020-01-02T03:04:05')).toBe(Date.UTC(2020, 0, 2, 3, 4, 5) / 1000);
});

test.each([
  ['1.5', undefined, 1.5],
  ['1602421393.803', undefined, 1602421393.803],
  ['1602421393803', undefined, 1602421393.803],
  ['1602421393803000', undefined, 1602421393.803],
  ['1479425440130861659', undefined, 1479425440.1308618],
  ['250', 'ms', 0.25],
  ['2018-07-01 17:09:44', undefined, Date.UTC(2018, 6, 1, 17, 9, 44) / 1000],
] as const)('%s in unit %s is %s s', (text, unit, seconds) => {
  expect(secondsIn(text, unit)).toBeCloseTo(seconds, 6);
});

test.each(['', 'noon', 'nan'])('"%s" is no time', (text) => {
  expect(secondsIn(text)).toBeUndefined();
});
