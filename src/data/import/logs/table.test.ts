import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeText } from '../../../../test/foreign-drives.ts';
import { readCsv } from './table.ts';

/** Cells of a file with this text, and the lines in which they stand. */
function read(text: string | Buffer) {
  const path = join(temporaryFolder(), 'log.csv');
  writeText(path, text);
  return readCsv(path, 'a log').map(({ cells, where }) => [where.slice(path.length + 1), ...cells]);
}

test.each([
  ['Windows, then Unix', 'a,1\r\nb,2\r\nc,3\nd,4\n'],
  ['Unix, then Windows', 'a,1\nb,2\nc,3\r\nd,4\r\n'],
  ['old Mac', 'a,1\rb,2\rc,3\rd,4\r'],
  ['all three', 'a,1\rb,2\nc,3\r\nd,4'],
])('no row is lost whatever ends the lines: %s', (_, text) => {
  expect(read(text)).toEqual([
    ['1', 'a', '1'],
    ['2', 'b', '2'],
    ['3', 'c', '3'],
    ['4', 'd', '4'],
  ]);
});

test('a first line that tells Excel the separator is no row, and keeps its number', () => {
  expect(read('sep=;\na;1\n')).toEqual([['2', 'a', '1']]);
});

test('text in UTF-16, as PowerShell joins files, is read', () => {
  expect(read(Buffer.from('\uFEFFa\t1\r\nb\t2\r\n', 'utf16le'))).toEqual([
    ['1', 'a', '1'],
    ['2', 'b', '2'],
  ]);
});

test('quotes keep separators, doubled quotes and line ends, blanks around them are none; lines are still counted', () => {
  expect(read('a, "b, ""c"" " ,d\n\n"x\ny",z\n  \ne\n')).toEqual([
    ['1', 'a', 'b, "c" ', 'd'],
    ['4', 'x\ny', 'z'],
    ['6', 'e'],
  ]);
});

test('an empty cell at the very end is one, and a row may have any length', () => {
  expect(read('a,b\nc,d,e,\nf,')).toEqual([
    ['1', 'a', 'b'],
    ['2', 'c', 'd', 'e', ''],
    ['3', 'f', ''],
  ]);
});

test.each([
  ['that is not closed', 'a,1\nb,"2\nc,3\n'],
  ['within a cell', 'a,1\nb"c,2\n'],
])('a quote %s is told with its line', (_, text) => {
  expect(() => read(text)).toThrow('line 2 has a quote within a cell, or one that is not closed');
});

test.each([
  ['commas', 'a.jpg,0.5,"x; y"\nb.jpg,0.6,z\n', ['1', 'a.jpg', '0.5', 'x; y']],
  ['commas and spaces', 'a.jpg, 0.5, 1\nb.jpg, 0.6, 2\n', ['1', 'a.jpg', '0.5', '1']],
  ['commas and tabs around them', 'a.jpg,\t0.5,\t1\nb.jpg,\t0.6,\t2\n', ['1', 'a.jpg', '0.5', '1']],
  ['semicolons, decimal commas', 'a.jpg;0,5;1,5\nb.jpg;0,6;2,5\n', ['1', 'a.jpg', '0,5', '1,5']],
  ['semicolons and spaces', 'a.jpg; 0,5\nb.jpg; 0,6\n', ['1', 'a.jpg', '0,5']],
  ['tabs, decimal commas', '\ta b.jpg\t0,5\t\n\tb.jpg\t0,6\t\n', ['1', '', 'a b.jpg', '0,5', '']],
  ['commas, decimal commas in quotes', 'a.jpg,"0,5"\nb.jpg,"0,6"\n', ['1', 'a.jpg', '0,5']],
  ['a semicolon in one path', 'a;x.jpg,0.5\nb.jpg,0.6\n', ['1', 'a;x.jpg', '0.5']],
])('separators are recognised: %s', (_, text, first) => {
  expect(read(text)[0]).toEqual(first);
});
