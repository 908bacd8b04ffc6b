import { expect, test } from 'vitest';
import { fileNumbers } from './file-numbers.ts';

test('numbers in names tell which frames are missing', () => {
  expect(fileNumbers(['f_0007.jpg', 'f_0008.jpg', 'f_0012.jpg', 'f_0013.jpg'])?.ordinals).toEqual([
    7, 8, 12, 13,
  ]);
});

test('are counted in their usual step', () => {
  expect(fileNumbers(['x/0.png', 'x/5.png', 'x/10.png', 'x/20.png'])?.ordinals).toEqual([0, 1, 2, 4]);
});

test('are found beside numbers that stay the same, before or behind', () => {
  const names = ['run2_1_cam0.jpg', 'run2_2_cam0.jpg', 'run2_3_cam0.jpg'];
  expect(fileNumbers(names)?.ordinals).toEqual([1, 2, 3]);
});

test('another beginning is another series', () => {
  expect(fileNumbers(['a_1.jpg', 'a_2.jpg', 'a_3.jpg', 'b_4.jpg', 'b_5.jpg'])?.series).toEqual([
    'a_#',
    'a_#',
    'a_#',
    'b_#',
    'b_#',
  ]);
});

test.each([
  ['no numbers', ['a.jpg', 'b.jpg', 'c.jpg']],
  ['numbers in no order', ['9.jpg', '2.jpg', '30.jpg', '4.jpg']],
  ['milliseconds', ['x_012.jpg', 'x_079.jpg', 'x_143.jpg', 'x_211.jpg', 'x_280.jpg']],
  ['always the same', ['1.jpg', '1.jpg', '1.jpg']],
])('%s number nothing', (_, names) => {
  expect(fileNumbers(names)).toBeUndefined();
});
