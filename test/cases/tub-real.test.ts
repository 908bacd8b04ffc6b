/**
 * A tub as Donkeycar writes it over two sessions: catalogs of 100 records, records deleted and restored, records driven by the
 * pilot, a `._` file of macOS. The right frames get the right labels and times, and no sequence spans what is left out.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder, tubRecord, writeTub } from '../foreign-drives.ts';
import { imported } from '../imported-drives.ts';

it('becomes a drive a session', async () => {
  const tub = join(temporaryFolder(), 'my tub');
  mkdirSync(tub);
  const angle = (i: number) => Number((0.6 * Math.sin(i / 9)).toFixed(6));
  // Reds of pictures are 10·i up to 255: those of a frame are told by its number modulo 25.
  const records = Array.from({ length: 160 }, (_, i) => {
    const [session, late] = i < 80 ? ['a', 0] : ['b', 2000];
    const mode = i >= 30 && i < 40 ? 'local' : 'user';
    return tubRecord(i, {
      'user/angle': angle(i),
      'user/mode': mode,
      _session_id: session,
      _timestamp_ms: 1_600_000_000_000 + 50 * i + late,
      'cam/image_array': `${i % 25}_cam_image_array_.jpg`,
    });
  });
  const deleted = [50, 51, 52, 53, 54];
  await writeTub(tub, records.slice(0, 25), deleted);
  const lines = records.map((record) => JSON.stringify(record));
  writeFileSync(join(tub, 'catalog_0.catalog'), `${lines.slice(0, 100).join('\n')}\n`);
  writeFileSync(join(tub, 'catalog_1.catalog'), `${lines.slice(100).join('\n')}\n`);
  writeFileSync(join(tub, '._catalog_0.catalog'), Buffer.from([0, 1]));
  const manifest = readFileSync(join(tub, 'manifest.json'), 'utf8');
  writeFileSync(
    join(tub, 'new.json'),
    manifest.replace('"catalog_0.catalog"', '"catalog_0.catalog","catalog_1.catalog"'),
  );
  renameSync(join(tub, 'new.json'), join(tub, 'manifest.json'));

  const { drives } = await imported('donkeycar', [tub], { shortest: 10 });
  const kept = records.filter((record) => record['user/mode'] === 'user' && !deleted.includes(record._index));
  const label = (i: number) => -Math.tan((25 * angle(i) * Math.PI) / 180) / 0.17;
  expect(drives.map(({ labels }) => labels.length)).toEqual([65, 80]);
  expect(drives.map(({ sequenceStarts }) => sequenceStarts)).toEqual([[30, 40], undefined]);
  expect(drives.flatMap(({ labels }) => labels)).toEqual(
    kept.map(({ _index }) => expect.closeTo(label(_index), 10)),
  );
  expect(drives.flatMap(({ times }) => times)).toEqual(
    kept.map(({ _timestamp_ms }) => expect.closeTo(_timestamp_ms / 1000, 5)),
  );
  const reds = drives.flatMap((drive) => drive.reds);
  for (const [n, { _index }] of kept.entries()) {
    expect(Math.abs(reds[n] - 10 * (_index % 25)), `frame ${_index}`).toBeLessThan(5);
  }
});
