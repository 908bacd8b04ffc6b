/** The picture of all learning curves. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRun } from '../../test/made-runs.ts';
import { DataError, UsageError } from '../errors.ts';
import { curvesSvg, writeCurves } from './curves.ts';
import { readResults } from './results.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'curves-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const LOG = [
  [8, 1, 6, 1],
  [4, 1, 3, 1],
  ['', '', 2, 1],
];
const FINAL = [2, '', '', 2, 1, 2, 1];
/** Lines of a colour; the legend's sample is one. */
const lines = (svg: string, colour: string) =>
  svg.match(new RegExp(`<path[^>]*stroke="${colour}"`, 'g'))?.length;

test('a mean and single lines for each model, in panels for training and validation, passive and active', async () => {
  for (const fold of [0, 1]) makeRun(root, { model: 'lstm', fold, log: LOG, final: FINAL });
  makeRun(root, { model: 'wm', log: LOG, final: FINAL.slice(0, 5) });
  const svg = await curvesSvg(await readResults([root]));
  for (const text of [
    'lstm',
    'wm',
    'best constant',
    'passive',
    'active',
    'training',
    'validation',
    '(1/km)²',
  ]) {
    expect(svg, text).toContain(`${text}</text>`);
  }
  expect(svg).not.toMatch(/NaN|undefined/);
  expect(svg).not.toMatch(/>\de\+/);
  // In two panels two folds and a mean each; and the legend.
  expect(lines(svg, '#0072b2')).toBe(2 * 3 + 1);
  expect(lines(svg, '#d55e00')).toBe(2 * 2 + 1);
});

test('runs of one data set with other label scales have one line for the best constant, in (1/km)²', async () => {
  const floors = (scale: number) => {
    const constant = { loss: (4 * scale ** 2) / 1e6, mae: scale / 1000 };
    return { validation: { constant, last_value: null, frames: 10 } };
  };
  for (const [session, scale] of [
    ['a', 1000],
    ['b', 50],
  ] as const) {
    const input = { crop: 'paper', channel_order: 'rgb', label_scale: scale, label_sign: 1 };
    const log = LOG.map(([train, one, valid, another]) =>
      [train, one, valid, another].map((value) => (value === '' ? '' : (Number(value) * scale ** 2) / 1e6)),
    );
    makeRun(root, {
      model: 'wm',
      session,
      fold: 0,
      log,
      final: FINAL,
      record: { input, floors: floors(scale) },
    });
  }
  const svg = await curvesSvg(await readResults([root]));
  const [, rules] = /<g [^>]*stroke-dasharray="5,3"[^>]*>(.*?)<\/g>/s.exec(svg) ?? [];
  expect(rules.match(/<line/g)).toHaveLength(1);
});

test('a run that is a single row is a dot, and what has none is not drawn', async () => {
  makeRun(root, { model: 'lstm', fold: 0, state: 'stopped', log: [[8, 1, 6, 1]] });
  makeRun(root, { model: 'wm', fold: 0, state: 'stopped', log: [] });
  expect((await curvesSvg(await readResults([root]))).match(/<circle/g)).toHaveLength(2);
});

test('SVG or PNG by its name; other names, and nothing to draw, are refused', async () => {
  makeRun(root, { model: 'lstm', fold: 0, log: LOG, final: FINAL });
  const results = await readResults([root]);
  await writeCurves(join(root, 'curves.PNG'), results);
  expect((await sharp(join(root, 'curves.PNG')).metadata()).format).toBe('png');
  await writeCurves(join(root, 'curves.svg'), results);
  expect(readFileSync(join(root, 'curves.svg'), 'utf8')).toMatch(/^<svg/);
  await expect(writeCurves(join(root, 'curves.pdf'), results)).rejects.toThrow(UsageError);
  await expect(writeCurves(join(root, 'nowhere', 'c.svg'), results)).rejects.toThrow(DataError);
  await expect(curvesSvg(await emptyResults())).rejects.toThrow('no run has a whole epoch');
});

async function emptyResults() {
  const folder = join(root, 'empty');
  const run = makeRun(folder, { model: 'wm', fold: 0, state: 'stopped', log: [] });
  mkdirSync(join(run, 'checkpoints', 'epoch_000'), { recursive: true });
  return readResults([folder]);
}

test('losses of two digits are written as such on a linear axis', async () => {
  const log = LOG.map(([train, one, valid, another]) =>
    [train, one, valid, another].map((value) => (value === '' ? '' : Number(value) * 8)),
  );
  makeRun(root, { model: 'lstm', fold: 0, log, final: FINAL });
  expect(await curvesSvg(await readResults([root]))).toContain('>60</text>');
});
