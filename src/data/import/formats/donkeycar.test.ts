import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  colour,
  temporaryFolder,
  tubRecord,
  writeImage,
  writeText,
  writeTub,
} from '../../../../test/foreign-drives.ts';
import { DataError } from '../../../errors.ts';
import { foldersInside } from '../folders-inside.ts';
import type { ReadOptions } from '../source.ts';
import { readDonkeycar } from './donkeycar.ts';

const plain: ReadOptions = { steering: {}, skipMissing: false, skipBroken: false };
const label = (angle: number) => -Math.tan((angle * 25 * Math.PI) / 180) / 0.17;

describe('a tub of version 2', () => {
  test('gives its frames in order with labels in 1/m, positive to the left, and times in seconds', async () => {
    const tub = temporaryFolder();
    await writeTub(
      tub,
      [0, 1, 2, 3].map((i) => tubRecord(i)),
    );
    const { logs, steering, nominalRate, notes } = await readDonkeycar(tub, plain);
    const [{ labels, times, ordinals, frames }] = logs;
    expect({ nominalRate, notes, sign: steering?.sign }).toEqual({ nominalRate: 20, notes: [], sign: -1 });
    expect(Array.from(labels)).toEqual([0, label(0.1), label(0.2), label(0.1 * 3)]);
    expect(labels[3]).toBeLessThan(0);
    expect(Array.from(times ?? [])).toEqual([0, 0.05, 0.1, 0.15].map((s) => 1_600_000_000 + s));
    expect(Array.from(ordinals)).toEqual([0, 1, 2, 3]);
    expect(await frames.size()).toEqual({ height: 12, width: 16 });
    const pixels = await frames.read(1, 3);
    expect(pixels.length).toBe(3 * 12 * 16 * 3);
    for (const i of [1, 2, 3]) {
      const [r, g, b] = pixels.subarray((i - 1) * 12 * 16 * 3);
      expect(Math.abs(r - colour(i).r), `red of frame ${i}`).toBeLessThan(4);
      expect([Math.abs(g - 100) < 4, Math.abs(b - 200) < 4]).toEqual([true, true]);
    }
  });

  test('leaves out deleted records and a pilot’s, and says so; their numbers stay missing', async () => {
    const tub = temporaryFolder();
    const records = [0, 1, 2, 3, 4].map((i) => tubRecord(i, i === 3 ? { 'user/mode': 'local_angle' } : {}));
    await writeTub(tub, records, [1]);
    const { logs, notes } = await readDonkeycar(tub, plain);
    expect(Array.from(logs[0].ordinals)).toEqual([0, 2, 4]);
    expect(notes).toEqual([
      expect.stringContaining('1 deleted records, left out'),
      expect.stringContaining('1 records driven by a pilot, left out'),
    ]);
  });

  test('is not disturbed by the ._ files of macOS, listed or not', async () => {
    const tub = temporaryFolder();
    await writeTub(tub, [tubRecord(0), tubRecord(1)]);
    writeFileSync(join(tub, '._catalog_0.catalog'), Buffer.from([0, 5, 22, 7, 0, 255]));
    const paths = ['._catalog_0.catalog', 'catalog_0.catalog'];
    writeText(join(tub, 'manifest.json'), `[]\n[]\n{}\n{}\n${JSON.stringify({ paths })}\n`);
    expect((await readDonkeycar(tub, plain)).logs[0].labels).toHaveLength(2);
  });

  test('carries the recorder’s sessions', async () => {
    const tub = temporaryFolder();
    await writeTub(tub, [tubRecord(0, { _session_id: 'a' }), tubRecord(1, { _session_id: 'b' })]);
    expect((await readDonkeycar(tub, plain)).logs[0].sessions).toEqual(['a', 'b']);
  });

  test('takes steering range, wheelbase and sign as told', async () => {
    const tub = temporaryFolder();
    await writeTub(tub, [tubRecord(5)]);
    const told = { ...plain, steering: { range: 40, wheelbase: 0.3, sign: 1 as const } };
    // 0.5 · 40° = 20°
    expect((await readDonkeycar(tub, told)).logs[0].labels[0]).toBeCloseTo(
      Math.tan((20 * Math.PI) / 180) / 0.3,
      12,
    );
  });
});

describe('a tub of version 1', () => {
  test('is read by the numbers of its records, which sort otherwise as text', async () => {
    const tub = temporaryFolder();
    for (const i of [9, 10, 2]) {
      const record = {
        'cam/image_array': `${i}_cam-image_array_.jpg`,
        'user/angle': i / 20,
        'user/mode': 'user',
      };
      writeText(join(tub, `record_${i}.json`), JSON.stringify({ ...record, milliseconds: i * 50 }));
      await writeImage(join(tub, `${i}_cam-image_array_.jpg`), i);
    }
    const [{ labels, times }] = (await readDonkeycar(tub, plain)).logs;
    expect(Array.from(labels)).toEqual([0.1, 0.45, 0.5].map(label));
    expect(Array.from(times ?? [])).toEqual([0.1, 0.45, 0.5]);
  });

  test('without any times has none', async () => {
    const tub = temporaryFolder();
    writeText(join(tub, 'record_1.json'), JSON.stringify({ 'cam/image_array': '1.jpg', 'user/angle': 0 }));
    await writeImage(join(tub, '1.jpg'), 1);
    expect((await readDonkeycar(tub, plain)).logs[0].times).toBeUndefined();
  });
});

describe('a manifest that is lost', () => {
  const lostTub = async () => {
    const tub = temporaryFolder();
    await writeTub(
      tub,
      [0, 1].map((i) => tubRecord(i)),
      [1],
    );
    for (const [name, i] of [
      ['catalog_10.catalog', 3],
      ['catalog_2.catalog', 2],
    ] as const) {
      writeText(join(tub, name), JSON.stringify(tubRecord(i)));
      await writeImage(join(tub, 'images', `${i}_cam_image_array_.jpg`), i);
    }
    return tub;
  };
  const ordinals = async (tub: string, options: Partial<ReadOptions> = {}) =>
    Array.from((await readDonkeycar(tub, { ...plain, ...options })).logs[0].ordinals);

  test.each([
    ['cut in its last line', '[]\n[]\n{}\n{}\n{"paths": ["cata', 'mend or delete that line'],
    ['empty', '', 'mend it'],
  ])('%s: the way on, which works', async (_, text, remedy) => {
    const tub = await lostTub();
    writeText(join(tub, 'manifest.json'), text);
    const way = `${remedy}, or read all catalogs in the folder, deleted records with them: --skip_broken`;
    await expect(readDonkeycar(tub, plain)).rejects.toThrow(way);
    expect(await ordinals(tub, { skipBroken: true })).toEqual([0, 1, 2, 3]);
  });

  test('cut before its last line, as the advice leaves it: all catalogs in order, and that is said', async () => {
    const tub = await lostTub();
    writeText(join(tub, 'manifest.json'), '[]\n[]\n{}\n{}\n');
    expect(await ordinals(tub)).toEqual([0, 1, 2, 3]);
    const { notes } = await readDonkeycar(tub, plain);
    expect(notes[0]).toContain(
      'lists no catalogs: all 3 catalogs in the folder are read, deleted records with them',
    );
  });

  test('removed', async () => {
    const tub = await lostTub();
    rmSync(join(tub, 'manifest.json'));
    await expect(readDonkeycar(tub, plain)).rejects.toThrow('--skip_broken');
    expect(await ordinals(tub, { skipBroken: true })).toEqual([0, 1, 2, 3]);
  });

  test('of catalogs that are empty or not there', async () => {
    const tub = temporaryFolder();
    await writeTub(tub, [tubRecord(0), tubRecord(1)]);
    const list = (...paths: string[]) =>
      writeText(join(tub, 'manifest.json'), `{}\n${JSON.stringify({ paths })}\n`);
    list('catalog_0.catalog', 'catalog_1.catalog');
    await expect(readDonkeycar(tub, plain)).rejects.toThrow(
      'catalog_1.catalog: not there, but listed in manifest.json; restore it, or go on without its records: --skip_broken',
    );
    expect(await ordinals(tub, { skipBroken: true })).toEqual([0, 1]);
    writeText(join(tub, 'catalog_1.catalog'), '');
    expect(await ordinals(tub)).toEqual([0, 1]);
  });
});

test('a folder above several tubs: the command that names them', async () => {
  const folder = temporaryFolder();
  for (const name of ['a b', 'c']) await writeTub(join(folder, name), [tubRecord(0)]);
  await expect(readDonkeycar(folder, plain)).rejects.toThrow(
    `${folder}: no tub itself, but 2 folders in it are: give those: ncp-train data import donkeycar '${folder}/a b' ${folder}/c --out DIR`,
  );
});

test('folders that may not be read are passed over where tubs are looked for', async () => {
  const folder = temporaryFolder();
  await writeTub(join(folder, 'tub'), [tubRecord(0)]);
  const looked: string[] = [];
  const inside = foldersInside(
    folder,
    (each) => {
      looked.push(each);
      throw new Error('EACCES');
    },
    'donkeycar',
  );
  expect({ inside, looked }).toEqual({ inside: '', looked: [join(folder, 'tub')] });
});

describe('bad input', () => {
  const failure = async (path: string) => {
    const error = await readDonkeycar(path, plain).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  };
  const tubOf = async (...records: ReturnType<typeof tubRecord>[]) => {
    const tub = temporaryFolder();
    await writeTub(tub, records);
    return tub;
  };

  test('a path that is not there, or a folder without a tub', async () => {
    expect(await failure('/nowhere/tub')).toContain('/nowhere/tub: not there; expected a Donkeycar tub');
    expect(await failure(temporaryFolder())).toContain('neither manifest.json nor record_*.json');
  });

  test('an archive: the command that unpacks it', async () => {
    const archive = join(temporaryFolder(), 'tub.tar.gz');
    writeText(archive, 'x');
    expect(await failure(archive)).toContain(`unpack it first: tar xf ${archive}`);
  });

  test('a catalog cut off in the middle of a line: file and line', async () => {
    const tub = await tubOf(tubRecord(0));
    writeText(join(tub, 'catalog_0.catalog'), `${JSON.stringify(tubRecord(0))}\n{"_index": 1, "user/an`);
    expect(await failure(tub)).toContain(
      `${join(tub, 'catalog_0.catalog')}:2: not a whole JSON record: {"_index": 1`,
    );
  });

  test('an angle that is not a number, as Python writes it', async () => {
    const tub = await tubOf(tubRecord(0));
    const line = JSON.stringify(tubRecord(0)).replace('"user/angle":0', '"user/angle":NaN');
    writeText(join(tub, 'catalog_0.catalog'), line);
    expect(await failure(tub)).toContain('catalog_0.catalog:1: a value is NaN or infinite');
    expect(await failure(await tubOf(tubRecord(0, { 'user/angle': null })))).toContain('user/angle is null');
  });

  test('images that are not there: how many, and the first names', async () => {
    const tub = await tubOf(...[0, 1, 2, 3, 4, 5].map((i) => tubRecord(i)));
    for (const i of [1, 2, 4, 5]) rmSync(join(tub, 'images', `${i}_cam_image_array_.jpg`));
    const message = await failure(tub);
    expect(message).toContain('names 4 of 6 images that are not in');
    expect(message).toContain('1_cam_image_array_.jpg, 2_cam_image_array_.jpg, 4_cam_image_array_.jpg, …');
    expect(message).toContain('--skip_missing');
    const { logs, notes } = await readDonkeycar(tub, { ...plain, skipMissing: true });
    expect(Array.from(logs[0].ordinals)).toEqual([0, 3]);
    expect(notes[0]).toContain('left out');
  });

  test('an image that cannot be read, and one of another size: their names', async () => {
    const tub = await tubOf(tubRecord(0), tubRecord(1));
    const second = join(tub, 'images', '1_cam_image_array_.jpg');
    writeText(second, 'no picture');
    const read = async () => (await readDonkeycar(tub, plain)).logs[0].frames.read(0, 2);
    await expect(read()).rejects.toThrow(`${second} cannot be read (`);
    await writeImage(second, 1, 6, 8);
    await expect(read()).rejects.toThrow(`${second} is 6×8, the first image 12×16`);
  });

  test('records that cannot be used: all in one error; without them with --skip_broken', async () => {
    const records = [0, 1, 2, 3, 4, 5].map((i) => tubRecord(i));
    const tub = await tubOf(...records);
    const lines = records.map((record) => JSON.stringify(record));
    lines[1] = JSON.stringify({ ...records[1], 'user/angle': undefined });
    lines[2] = JSON.stringify({ ...records[2], 'user/angle': '0.2' });
    lines[4] = lines[4].slice(0, 20);
    lines.push('\u0000'.repeat(200));
    writeText(join(tub, 'catalog_0.catalog'), lines.join('\n'));
    const message = await failure(tub);
    expect(message).toContain('catalog_0.catalog:5: not a whole JSON record');
    expect(message).toContain('4 of 7 records cannot be used');
    expect(message).toContain('or go on without them: --skip_broken');
    expect(message).not.toContain('\u0000');
    const { logs, notes } = await readDonkeycar(tub, { ...plain, skipBroken: true });
    expect(Array.from(logs[0].ordinals)).toEqual([0, 3, 5]);
    expect(notes[0]).toContain('4 of 7 records cannot be used, left out: ');
  });

  test('only records of a pilot', async () => {
    expect(await failure(await tubOf(tubRecord(0, { 'user/mode': 'local' })))).toContain(
      'driven by a person',
    );
  });
});
