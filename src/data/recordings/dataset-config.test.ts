import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, DataError, UsageError } from '../../errors.ts';
import {
  type DatasetOverrides,
  readDatasetConfig,
  resolveDataset,
  writeDatasetConfig,
} from './dataset-config.ts';

const root = mkdtempSync(join(tmpdir(), 'ncp-train-'));
afterAll(() => rmSync(root, { recursive: true }));
let dir = '';
let count = 0;

beforeEach(() => {
  dir = join(root, `${count++}`);
  mkdirSync(dir);
  for (const name of ['b.h5', 'a_2.h5', 'a.h5', 'B.h5', '._a.h5', 'a.h5.tmp-12', 'notes.txt'])
    writeFileSync(join(dir, name), '');
});

const yaml = (text: string) => writeFileSync(join(dir, 'dataset.yaml'), text);

describe('a data folder', () => {
  it('without dataset.yaml is read as the paper’s data, its files in Python’s order', async () => {
    expect(await resolveDataset(dir)).toEqual({
      dir,
      recordings: ['B.h5', 'a.h5', 'a_2.h5', 'b.h5'].map((name) => join(dir, name)),
      crop: 'paper',
      channelOrder: 'rgb',
      labelSign: 1,
      labelScale: 1000,
      labelScaleAssumed: true,
      folds: 'paper',
    });
  });

  it('is read as its dataset.yaml says, and options come first', async () => {
    yaml(
      'crop: [0, 0.4, 1, 0.9]\nchannel_order: bgr\nlabel_sign: -1\nlabel_scale: 20\nfolds: auto:5\nnominal_rate: 20\n',
    );
    const box = { left: 0, top: 0.4, right: 1, bottom: 0.9 };
    expect(await resolveDataset(dir)).toMatchObject({
      crop: box,
      channelOrder: 'bgr',
      labelSign: -1,
      labelScale: 20,
      labelScaleAssumed: false,
      folds: { auto: 5 },
    });
    const options = {
      crop: 'full',
      channel_order: 'rgb',
      label_sign: 1,
      label_scale: 5,
      folds: 'paper',
    } as const;
    expect(await resolveDataset(dir, options)).toMatchObject({
      crop: 'full',
      channelOrder: 'rgb',
      labelSign: 1,
      labelScale: 5,
      folds: 'paper',
    });
  });

  it('its label scale comes before the one for drives without, which comes before the paper’s', async () => {
    const scales = async (overrides: DatasetOverrides) => (await resolveDataset(dir, overrides)).labelScale;
    yaml('crop: full\n');
    expect(await scales({})).toBe(1000);
    expect(await scales({ default_label_scale: 150 })).toBe(150);
    yaml('label_scale: 20\n');
    expect(await scales({ default_label_scale: 150 })).toBe(20);
    expect(await scales({ default_label_scale: 150, label_scale: 7 })).toBe(7);
  });

  it('may list the test files of its folds', async () => {
    yaml('folds:\n  - [a.h5]\n  - [b.h5, B.h5]\n');
    expect((await resolveDataset(dir)).folds).toEqual({ files: [['a.h5'], ['b.h5', 'B.h5']] });
  });

  it('may have an empty dataset.yaml', async () => {
    yaml('# nothing yet\n');
    expect((await resolveDataset(dir)).labelScale).toBe(1000);
  });

  it.each([
    ['lable_scale: 20', /unknown option "lable_scale"; did you mean "label_scale"\?/],
    ['label_scale: -1\nchannel_order: rbg', /channel_order "rbg"; did you mean "rgb".*\n.*label_scale: /],
    ['crop: half', /dataset\.yaml: crop "half": expected paper, full, or/],
    ['folds: auto:0', /dataset\.yaml: .*auto:0/],
    ['folds: [[]]', /dataset\.yaml: fold 0 is empty/],
    ['folds: {', /dataset\.yaml: /],
    ['- 1', /dataset\.yaml: /],
  ])('with the dataset.yaml "%s" is refused', async (text, message) => {
    yaml(text);
    const error = await resolveDataset(dir).catch((reason) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(message);
  });

  it('with a wrong --crop is refused', async () => {
    await expect(resolveDataset(dir, { crop: 'ful' })).rejects.toThrow(UsageError);
  });

  it('that is absent or holds no recordings is refused with what to do', async () => {
    await expect(resolveDataset(join(root, 'none'))).rejects.toThrow(
      /there is no such folder.*data generate.*data import.*--data/,
    );
    await expect(resolveDataset(join(root, 'none.h5'))).rejects.toThrow(
      'none.h5: there is no such file; check',
    );
    mkdirSync(join(root, 'empty'));
    await expect(resolveDataset(join(root, 'empty'))).rejects.toThrow(
      /no recordings \(\*\.h5\) in this folder; it is empty/,
    );
    writeFileSync(join(root, 'empty', 'drive.mp4'), '');
    const error = await resolveDataset(join(root, 'empty')).catch((reason) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/it holds drive\.mp4\. .*data import/);
  });
});

describe('a dataset.yaml', () => {
  it('is written with what its keys mean, and read back', async () => {
    const crop = { left: 0, top: 0.4, right: 1, bottom: 1 };
    writeDatasetConfig(dir, { crop, label_scale: 20, folds: [['a.h5'], ['b.h5']], source: 'a tub' });
    expect(readFileSync(join(dir, 'dataset.yaml'), 'utf8')).toMatchInlineSnapshot(`
      "# How the recordings in this folder are read; options of the command line come first.

      # the part of a frame that models see: paper, full, or left, top, right, bottom in fractions
      crop: 0,0.4,1,1
      # factor from curvature in 1/m to the labels that models learn
      label_scale: 20
      # cross-testing: paper, auto:K, or the test files of each fold
      folds:
        - - a.h5
        - - b.h5
      # where the recordings came from
      source: a tub
      "
    `);
    expect(readDatasetConfig(dir)).toEqual({
      crop: '0,0.4,1,1',
      label_scale: 20,
      folds: [['a.h5'], ['b.h5']],
      source: 'a tub',
    });
    expect((await resolveDataset(dir)).crop).toEqual(crop);
  });

  it('that cannot be written is a data error', () => {
    expect(() => writeDatasetConfig(join(dir, 'none'), { label_scale: 1 })).toThrow(DataError);
  });
});
