/** Files of figures, whole and damaged. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readFigures } from './figures-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'figures-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'train_log.csv');

function read(text: string | Buffer) {
  writeFileSync(path, text);
  return readFigures(path, ['epoch', 'loss']);
}

test.each([
  ['commas', 'epoch,loss,mae\n0,1.5,2\n1,,3e-2\n'],
  ['the archive’s separator', 'epoch; loss; mae\n0; 1.5; 2\n1; ; 3e-2\n'],
  ['line ends of several machines', 'epoch,loss,mae\n0,1.5,2\r\n1,,3e-2\r'],
  ['Windows line ends and a byte order mark', '\ufeffepoch,loss,mae\r\n0,1.5,2\r\n\r\n1,,3e-2\r\n'],
])('%s', async (_, text) => {
  expect(await read(text)).toEqual({
    rows: [
      { epoch: 0, loss: 1.5, mae: 2 },
      { epoch: 1, loss: null, mae: 0.03 },
    ],
    notes: [],
  });
});

test.each([
  ['', [], ['train_log.csv is empty']],
  ['\n \n', [], ['train_log.csv is empty']],
  ['epoc', [], ['train_log.csv has no column epoch, loss: its first line is damaged']],
  ['epoch,loss\n', [], []],
  [
    'epoch,loss,mae\n0,1,2\n1,3.',
    [{ epoch: 0, loss: 1, mae: 2 }],
    ['train_log.csv is cut in its last line, which is left out'],
  ],
  // All cells are there, but 4 may have been 4.56.
  [
    'epoch,loss,mae\n0,1,2\n1,3,4',
    [
      { epoch: 0, loss: 1, mae: 2 },
      { epoch: 1, loss: 3, mae: null },
    ],
    ['train_log.csv does not end its last line: mae may be cut there and is left out'],
  ],
  [
    'epoch,loss,mae\n0,nan,2\n1,inf,x\n2,1,1\n',
    [
      { epoch: 0, loss: null, mae: 2 },
      { epoch: 1, loss: null, mae: null },
      { epoch: 2, loss: 1, mae: 1 },
    ],
    ['train_log.csv: lines 2, 3 with what is no finite number'],
  ],
  [
    'epoch,loss,mae\n0,1\n1,2,3,4\n2,"1,1\n',
    [{ epoch: 2, loss: null, mae: 1 }],
    [
      'train_log.csv: lines 2, 3 left out, not of 3 cells',
      'train_log.csv: line 4 with what is no finite number',
    ],
  ],
])('%j: what is whole is read, the rest said', async (text, rows, notes) => {
  expect(await read(text)).toEqual({ rows, notes });
});

test('a missing file is none, a folder in its place cannot be read', async () => {
  expect(await readFigures(join(folder, 'absent.csv'), ['epoch'])).toBeUndefined();
  mkdirSync(join(folder, 'final.csv'));
  expect(await readFigures(join(folder, 'final.csv'), ['epoch'])).toEqual({
    rows: [],
    notes: ['final.csv cannot be read (EISDIR)'],
  });
});

test('no bytes at all make it fail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      const head = Buffer.from('epoch,loss\n0,1\n');
      const file = await read(Buffer.concat([head, bytes]));
      expect(file?.rows[0]).toEqual({ epoch: 0, loss: 1 });
    }),
    { numRuns: 50 },
  );
});

test('cut after any byte, it gives a beginning of its rows, and no number that was not there', async () => {
  const whole = 'epoch,loss\n0,1.25\n1,12.5\n2,125\n';
  const rows = (await read(whole))?.rows ?? [];
  for (let end = 0; end < whole.length; end++) {
    for (const [n, row] of ((await read(whole.slice(0, end)))?.rows ?? []).entries()) {
      expect(row.epoch).toBe(rows[n].epoch);
      expect([null, rows[n].loss]).toContain(row.loss);
    }
  }
});
