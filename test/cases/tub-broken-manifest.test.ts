/**
 * A manifest that has the rest of a longer line behind it, is cut, or empty; a catalog that is empty or ends in zeros after the
 * battery was pulled: each is told with a way on, and the way works.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, tubRecord, writeTub } from '../foreign-drives.ts';
import { imported } from '../imported-drives.ts';

/** A tub of 70 records, the third deleted, whose file of this name is changed. */
async function tubWith(name: string, change: (text: string) => string): Promise<string> {
  const tub = join(temporaryFolder(), 'tub');
  await writeTub(
    tub,
    Array.from({ length: 70 }, (_, i) => tubRecord(i, { 'user/angle': i / 100 })),
    [2],
  );
  const path = join(tub, name);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return tub;
}

const withoutLastLine = (path: string) =>
  writeFileSync(path, readFileSync(path, 'utf8').trimEnd().split('\n').slice(0, -1).join('\n'));

const framesOf = async (tub: string, skipBroken = false) =>
  (await imported('donkeycar', [tub], { skipBroken, shortest: 1 })).drives.map(({ labels }) => labels.length);

describe('the manifest', () => {
  it('with the rest of a longer line: deleting it, as advised, keeps what was deleted deleted', async () => {
    const tub = await tubWith('manifest.json', (text) => `${text}\n 1.0, 2]}\n`);
    await expect(framesOf(tub)).rejects.toThrow(/manifest.json:6: .*; mend or delete that line, or read all/);
    expect(await framesOf(tub, true)).toEqual([70]);
    withoutLastLine(join(tub, 'manifest.json'));
    expect(await framesOf(tub)).toEqual([69]);
  });

  it('cut in its last line: deleting that, as advised, reads all catalogs', async () => {
    const tub = await tubWith('manifest.json', (text) => text.slice(0, -40));
    await expect(framesOf(tub)).rejects.toThrow(/manifest.json:5: .*; mend or delete that line, or read all/);
    withoutLastLine(join(tub, 'manifest.json'));
    expect(await framesOf(tub)).toEqual([70]);
  });

  it('empty', async () => {
    const tub = await tubWith('manifest.json', () => '');
    await expect(framesOf(tub)).rejects.toThrow(/manifest.json: empty; .*--skip_broken/);
    expect(await framesOf(tub, true)).toEqual([70]);
  });
});

describe('a catalog', () => {
  it('that ends in zeros', async () => {
    const tub = await tubWith('catalog_0.catalog', (text) => text + '\0'.repeat(300));
    await expect(framesOf(tub)).rejects.toThrow(/catalog_0.catalog:71: .*go on without it: --skip_broken/);
    expect(await framesOf(tub, true)).toEqual([69]);
  });

  it('that is empty, as the recorder just began it, keeps nothing from being read', async () => {
    const tub = await tubWith('manifest.json', (text) =>
      text.replace('"catalog_0.catalog"', '"catalog_0.catalog","catalog_1.catalog"'),
    );
    writeFileSync(join(tub, 'catalog_1.catalog'), '');
    expect(await framesOf(tub)).toEqual([69]);
  });

  it('with a record that has no angle: it is left out, and no sequence spans its place', async () => {
    const tub = await tubWith('catalog_0.catalog', (text) => text.replace('"user/angle":0.4,', ''));
    await expect(framesOf(tub)).rejects.toThrow(
      /catalog_0.catalog:41: user\/angle is absent; .*go on without it: --skip_broken/,
    );
    const { drives } = await imported('donkeycar', [tub], { skipBroken: true });
    expect(drives.map(({ labels, sequenceStarts }) => [labels.length, sequenceStarts])).toEqual([
      [68, [2, 39]],
    ]);
  });
});
