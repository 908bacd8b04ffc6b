import { stringify } from 'csv-stringify/sync';
import { expect, test } from 'vitest';
import { csvCells } from './csv-cells.ts';

const row = ['=1+1', '+1', '-a', '@SUM(A1)', '\t=1', 'a=1', -0.5, ''];

test('texts that a spreadsheet would compute get an apostrophe on request; numbers stay', () => {
  expect(stringify([row], csvCells(true))).toBe("'=1+1,'+1,'-a,'@SUM(A1),'\t=1,a=1,-0.5,\n");
  expect(stringify([row], csvCells())).toBe('=1+1,+1,-a,@SUM(A1),\t=1,a=1,-0.5,\n');
});
