import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PYTHON, requirement } from '../../../test/require.ts';
import { smallDisk } from '../../../test/small-disk.ts';
import { DataError } from '../../errors.ts';
import { createRecording } from './recording-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ncp-train-'));
afterAll(() => rmSync(folder, { recursive: true }));

const format = { height: 100, width: 200 };
const noise = (frames: number) => Uint8Array.from({ length: frames * 60_000 }, (_, i) => (i * i * 31) >> 4);
const ramp = (frames: number) => Float64Array.from({ length: frames }, (_, n) => n);

async function write(path: string, frames: number, options = {}): Promise<void> {
  const writer = await createRecording(path, { ...format, ...options });
  for (let n = 0; n < frames; n++) writer.append(noise(1), Float64Array.of(0.01 * n), Float64Array.of(n));
  await writer.finish();
}

describe('the writer of recordings', () => {
  it('makes the folder, and replaces a recording only when the new one is finished', async () => {
    const path = join(folder, 'new', 'drive.h5');
    await write(path, 2);
    const before = readFileSync(path);
    const writer = await createRecording(path, format);
    writer.append(noise(1), ramp(1), ramp(1));
    expect(readFileSync(path)).toEqual(before);
    await writer.finish();
    expect(readFileSync(path)).not.toEqual(before);
    expect(readdirSync(join(folder, 'new'))).toEqual(['drive.h5']);
  });

  it('leaves nothing when it is aborted', async () => {
    const writer = await createRecording(join(folder, 'aborted', 'drive.h5'), format);
    writer.append(noise(1), ramp(1), ramp(1));
    writer.abort();
    expect(readdirSync(join(folder, 'aborted'))).toEqual([]);
  });

  it('refuses columns that are not as long as the frames', async () => {
    const writer = await createRecording(join(folder, 'drive.h5'), { ...format, extras: ['speed'] });
    const append = (labels: number, speeds: number) =>
      writer.append(noise(2), ramp(labels), ramp(2), { speed: ramp(speeds) });
    expect(() => append(1, 2)).toThrow('inverse_r: 1 values for 2 frames');
    expect(() => append(2, 3)).toThrow('speed: 3 values for 2 frames');
    expect(() => writer.append(noise(2), ramp(2), ramp(2))).toThrow('speed: undefined values');
    writer.abort();
  });

  it('says where it cannot write', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(createRecording(join(folder, 'file', 'drive.h5'), format)).rejects.toThrow(DataError);
    mkdirSync(join(folder, 'taken.h5'));
    await expect(write(join(folder, 'taken.h5'), 1)).rejects.toThrow(/taken\.h5: cannot be written: /);
    expect(readdirSync(folder).filter((name) => name.includes('.tmp-'))).toEqual([]);
  });

  it('sweeps what processes of 0.1.0 left an hour ago, and nothing else', async () => {
    const path = join(folder, 'swept', 'drive.h5');
    await write(path, 1);
    const gone = spawnSync('true').pid;
    const left = [
      `${path}.tmp-${gone}`,
      `${path}.tmp-${process.pid}`, // as in a container, where every process is number 1
      `${path}.tmp-${gone}-${randomUUID()}`,
      `${join(folder, 'swept', 'other.h5')}.tmp-${gone}`,
    ];
    for (const file of left) {
      writeFileSync(file, '');
      utimesSync(file, 1e9, 1e9);
    }
    await write(path, 1);
    expect(readdirSync(join(folder, 'swept')).sort()).toEqual(['drive.h5', `other.h5.tmp-${gone}`].sort());
  });

  const disk = smallDisk(1);
  it.skipIf(!disk.present)(disk.title('names a disk that is full, and leaves nothing'), async () => {
    const error = await write(join(disk.path, 'drive.h5'), 40).catch((reason) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/drive\.h5: the disk is full; nothing was left/);
    expect(readdirSync(disk.path)).toEqual([]);
  });

  it.skipIf(!disk.present)(disk.title('notices a disk that is full only at the end'), async () => {
    const writer = await createRecording(join(disk.path, 'drive.h5'), { height: 2, width: 2 });
    writer.append(new Uint8Array(2000 * 12), ramp(2000), ramp(2000));
    const filler = join(disk.path, 'filler');
    expect(() => writeFileSync(filler, new Uint8Array(2 ** 20))).toThrow('ENOSPC');
    await expect(writer.finish()).rejects.toThrow(/drive\.h5: the disk is full/);
    expect(readdirSync(disk.path)).toEqual(['filler']);
  });

  const h5py = requirement('python-h5py');
  it.skipIf(!h5py.present).each([false, true])(
    h5py.title('writes what h5py reads (compressed: %s)'),
    async (compress) => {
      const path = join(folder, `python-${compress}.h5`);
      await write(path, 3, { compress, attributes: { camera_height: 2.5, seed: 7, kind: 'passive' } });
      const program = `
import h5py, json, sys
f = h5py.File(sys.argv[1])
frames = f['camera_front']
print(json.dumps([
    {k: v for k, v in f.attrs.items()}, [list(f[k].shape) for k in sorted(f)], [str(f[k].dtype) for k in sorted(f)],
    list(frames.chunks), frames.compression, int(frames[2].sum()), f['inverse_r'][:, 0].tolist(), f['timestamp'][:].tolist()]))`;
      const read = JSON.parse(execFileSync(PYTHON, ['-c', program, path], { encoding: 'utf8' }));
      expect(read).toEqual([
        { camera_height: 2.5, seed: 7, kind: 'passive' },
        [[3, 100, 200, 3], [3, 1], [3]],
        ['uint8', 'float64', 'float64'],
        [1, 100, 200, 3],
        compress ? 'gzip' : null,
        noise(1).reduce((sum, value) => sum + value, 0),
        [0, 0.01, 0.02],
        [0, 1, 2],
      ]);
    },
  );
});
