/** Tubs of version 1: several become one data set, a missing picture has a way on, a folder above them names them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder, writeImage, writeText } from '../foreign-drives.ts';
import { imported } from '../imported-drives.ts';

it('are read by their records’ numbers, one recording each', async () => {
  const data = temporaryFolder();
  const tubs = ['tub_1_20-01-01', 'tub_2_20-01-01'].map((name) => join(data, name));
  const angle = (i: number) => i / 40;
  for (const tub of tubs) {
    for (let i = 0; i < 20; i++) {
      const image = `${i}_cam-image_array_.jpg`;
      const record = { 'cam/image_array': image, 'user/angle': angle(i), 'user/mode': 'user' };
      writeText(join(tub, `record_${i}.json`), JSON.stringify({ ...record, milliseconds: 50 * i }));
      await writeImage(join(tub, image), i);
    }
  }
  const { drives } = await imported('donkeycar', tubs, { shortest: 10 });
  const wanted = Array.from({ length: 20 }, (_, i) => -Math.tan((25 * angle(i) * Math.PI) / 180) / 0.17 + 0);
  expect(drives.map(({ labels }) => labels)).toEqual([wanted, wanted]);

  rmSync(join(tubs[0], '12_cam-image_array_.jpg'));
  await expect(imported('donkeycar', [tubs[0]], { shortest: 10 })).rejects.toThrow('--skip_missing');
  const without = await imported('donkeycar', [tubs[0]], { shortest: 10, skipMissing: true });
  expect(without.drives.map(({ labels, sequenceStarts }) => [labels.length, sequenceStarts])).toEqual([
    [19, [12]],
  ]);

  writeText(join(tubs[1], 'record_5.json'), '');
  await expect(imported('donkeycar', [tubs[1]], { shortest: 10 })).rejects.toThrow(
    /record_5.json: empty; .*--skip_broken/,
  );

  await expect(imported('donkeycar', [data])).rejects.toThrow(
    `no tub itself, but 2 folders in it are: give those: ncp-train data import donkeycar ${tubs.join(' ')} --out DIR`,
  );
});
