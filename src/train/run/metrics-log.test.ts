/** The two logs of an epoch: exact numbers, cut where a run is resumed, damage tolerated. */
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openMetrics, type TrainLogRow, unconfirmedEpochs } from './metrics-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metrics-'));
});
afterEach(() => rm(folder, { recursive: true }));

const csv = () => readFile(join(folder, 'train_log.csv'), 'utf8');
const json = () => readFile(join(folder, 'metrics.jsonl'), 'utf8');
const HEADER = 'epoch,train_loss,train_mae,valid_loss,valid_mae\n';

const row = (epoch: number, loss = epoch + 0.5): TrainLogRow => ({
  epoch,
  train_loss: loss,
  train_mae: 1,
  valid_loss: 2,
  valid_mae: 3,
});

/** A run of so many epochs. */
async function written(epochs: number, resumeAt?: number) {
  const metrics = await openMetrics(folder, resumeAt);
  for (let epoch = resumeAt ?? 0; epoch < epochs; epoch++) {
    metrics.row(row(epoch));
    metrics.epoch({ epoch, seconds: epoch * 10 });
  }
  metrics.close();
  return metrics;
}

it('a row and an object for every epoch, an empty cell where nothing was measured', async () => {
  const metrics = await openMetrics(folder);
  metrics.row(row(0));
  metrics.row({ epoch: 1, train_loss: null, train_mae: null, valid_loss: 0.25, valid_mae: 1e-7 });
  metrics.epoch({ epoch: 0, framesPerSecond: 512.5 });
  metrics.close();
  expect(await csv()).toBe(`${HEADER}0,0.5,1,2,3\n1,,,0.25,1e-7\n`);
  expect(await json()).toBe('{"epoch":0,"framesPerSecond":512.5}\n');
  expect(metrics.lost).toEqual([]);
  expect((await readdir(folder)).sort()).toEqual(['metrics.jsonl', 'train_log.csv']);
});

it('every double reads back as itself', async () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  await fc.assert(
    fc.asyncProperty(number, number, async (a, b) => {
      const metrics = await openMetrics(folder);
      metrics.row({ ...row(0), train_loss: a, valid_mae: b });
      metrics.close();
      const cells = (await csv()).split('\n')[1].split(',').map(Number);
      expect([cells[1] === a, cells[4] === b]).toEqual([true, true]);
    }),
    { numRuns: 50 },
  );
});

it('resumed at epoch 2, the rows from there on are cut and the others keep every byte', async () => {
  await written(5);
  const before = (await csv()).split('\n').slice(0, 3).join('\n');
  const metrics = await openMetrics(folder, 2);
  expect(await csv()).toBe(`${before}\n`);
  expect(await json()).toBe('{"epoch":0,"seconds":0}\n{"epoch":1,"seconds":10}\n');
  expect(metrics.lost).toEqual([]);
  metrics.row(row(2, 7));
  metrics.close();
  expect(await csv()).toBe(`${before}\n2,7,1,2,3\n`);
});

it('cut short anywhere and resumed, the logs are those of a run in one go', async () => {
  await written(4);
  const [wholeCsv, wholeJson] = [await csv(), await json()];
  for (const cut of [1, 5, 12, 13]) {
    await written(4);
    await writeFile(join(folder, 'train_log.csv'), wholeCsv.slice(0, -cut));
    await writeFile(join(folder, 'metrics.jsonl'), wholeJson.slice(0, -cut));
    await written(4, 2);
    expect([await csv(), await json()]).toEqual([wholeCsv, wholeJson]);
  }
});

it('rubbish in the files goes, and rows that are missing are named', async () => {
  await written(4);
  await appendFile(join(folder, 'train_log.csv'), 'not,a,row\n\0\0\0\n');
  await appendFile(join(folder, 'metrics.jsonl'), 'null\n{"epoch":"1"}\n{"epo\n');
  await writeFile(join(folder, 'train_log.csv'), (await csv()).replace('1,1.5,1,2,3\n', ''));
  const metrics = await written(4, 3);
  expect(metrics.lost).toEqual([1]);
  expect(await csv()).toBe(`${HEADER}0,0.5,1,2,3\n2,2.5,1,2,3\n3,3.5,1,2,3\n`);
  expect((await json()).split('\n')).toHaveLength(5);
});

it('opened for a new run, what was there is gone', async () => {
  await written(3);
  await written(1);
  expect(await csv()).toBe(`${HEADER}0,0.5,1,2,3\n`);
});

it('rows after the last checkpoint are confirmed by metrics.jsonl, the last one by the checkpoint of its epoch', async () => {
  const metrics = await openMetrics(folder);
  for (const epoch of [0, 1, 2]) {
    metrics.row(row(epoch));
    metrics.epoch({ epoch, train: { loss: epoch + 0.5, mae: 1 }, valid: { loss: 2, mae: 3 } });
  }
  metrics.row({ epoch: 3, train_loss: null, train_mae: null, valid_loss: 0.25, valid_mae: 0.5 });
  metrics.close();
  const valid = { loss: 0.25, mae: 0.5 };
  expect(unconfirmedEpochs(folder, { epoch: 3, valid })).toEqual([]);
  expect(unconfirmedEpochs(folder, { epoch: 2, valid: { loss: 2, mae: 3 } })).toEqual([3]);
  const text = await csv();
  await writeFile(join(folder, 'train_log.csv'), text.replace('2,2.5,1', '2,2.4,1').replace('0.25', '0.35'));
  expect(unconfirmedEpochs(folder, { epoch: 3, valid })).toEqual([3]);
  expect(unconfirmedEpochs(folder, { epoch: 2, valid })).toEqual([2, 3]);
});

it('the digest goes on from line to line, and is that of a log that was opened anew', async () => {
  const metrics = await openMetrics(folder);
  const digests = [metrics.digest()];
  for (const epoch of [0, 1]) {
    metrics.row(row(epoch));
    metrics.epoch({ epoch });
    digests.push(metrics.digest());
  }
  metrics.close();
  expect(new Set(digests).size).toBe(3);
  for (const [epoch, digest] of digests.entries()) {
    const again = await openMetrics(folder, 2, digests[2]);
    expect(again.digest()).toBe(digests[2]);
    again.close();
    if (epoch < 2) await expect(openMetrics(folder, 2, digest)).rejects.toThrow('were altered');
  }
});
