import { stringify } from 'csv-stringify/sync';
import { afterEach, expect, test } from 'vitest';
import { csvCells, writeSafeCells } from './csv-cells.ts';

const row = ['=1+1', '+1', '-a', '@SUM(A1)', '\t=1', 'a=1', -0.5, '', true];

afterEach(() => writeSafeCells(false));

test('texts that a spreadsheet would compute get an apostrophe on request; numbers stay', () => {
  expect(stringify([row], csvCells())).toBe('=1+1,+1,-a,@SUM(A1),\t=1,a=1,-0.5,,true\n');
  writeSafeCells(true);
  expect(stringify([row], csvCells())).toBe("'=1+1,'+1,'-a,'@SUM(A1),'\t=1,a=1,-0.5,,true\n");
});
