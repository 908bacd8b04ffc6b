import {
  appendFileSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { smallDisk } from '../../../test/small-disk.ts';
import { DataError } from '../../errors.ts';
import { bootOfHost } from '../../files/owner.ts';
import { temporaryPath } from '../../files/whole-file.ts';
import { createRecording } from '../recordings/recording-writer.ts';
import { cacheFolder, clearCache, listCache } from './cache-header.ts';
import { CROP_BYTES, cropInto, cropPlan } from './crop.ts';
import { type CacheOptions, cachedAlready, openCached } from './frame-cache.ts';
import { FrameReader } from './frame-reader.ts';

/** Temporary names as somebody would have to guess them: the random part is known. */
const random = vi.hoisted(() => ({ isKnown: false }));
vi.mock(import('node:crypto'), async (original) => {
  const real = await original();
  const randomBytes = (size: number) => (random.isKnown ? Buffer.alloc(size) : real.randomBytes(size));
  return { ...real, randomBytes: randomBytes as typeof real.randomBytes };
});

const folder = mkdtempSync(join(tmpdir(), 'ncp-train-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [N, H, W] = [9, 25, 40];
const labels = Float64Array.from({ length: N }, (_, n) => n / 1000);
const times = Float64Array.from({ length: N }, (_, n) => n / 30);
const frame = (n: number, seed: number) =>
  Uint8Array.from({ length: H * W * 3 }, (_, i) => (i * i * (n + 1) * seed) >> 5);

async function record(path: string, seed = 1, others: Record<string, Int32Array> = {}): Promise<void> {
  const writer = await createRecording(path, { height: H, width: W });
  for (let n = 0; n < N; n++)
    writer.append(frame(n, seed), labels.subarray(n, n + 1), times.subarray(n, n + 1));
  await writer.finish(others);
}

function cropped(seed = 1): Uint8Array {
  const out = new Uint8Array(N * CROP_BYTES);
  for (let n = 0; n < N; n++) cropInto(cropPlan('full', H, W), frame(n, seed), 0, out, n * CROP_BYTES, 'rgb');
  return out;
}

let run = 0;
let source = '';
let options: CacheOptions & { cacheDir: string };
/** How often recordings were cropped since the test began. */
const onProgress = vi.fn();

beforeEach(async () => {
  run++;
  mkdirSync(join(folder, `${run}`));
  source = join(folder, `${run}`, 'drive.h5');
  options = { crop: 'full', channelOrder: 'rgb', cacheDir: join(folder, `${run}`, 'cache'), onProgress };
  await record(source);
  onProgress.mockClear();
});

describe('links in the cache', () => {
  it.each(['frames', 'json'])('are no entries and are not written through: %s', async (ending) => {
    const made = await openCached(source, options);
    const name = readdirSync(options.cacheDir).find((one) => one.endsWith(`.${ending}`)) as string;
    const [inCache, elsewhere] = [join(options.cacheDir, name), join(folder, `${run}`, 'elsewhere')];
    renameSync(inCache, elsewhere);
    const before = readFileSync(elsewhere);
    symlinkSync(elsewhere, inCache);
    expect(cachedAlready(source, options)).toBeUndefined();
    if (ending === 'frames') expect(() => new FrameReader([made], [0])).toThrow(DataError);
    await openCached(source, options);
    expect(lstatSync(inCache).isSymbolicLink()).toBe(false);
    expect(readFileSync(elsewhere).equals(before)).toBe(true);
  });

  it.each(['frames', 'json', 'checked'])(
    'under a temporary name are not written through: %s',
    async (ending) => {
      await openCached(source, options);
      cachedAlready(source, options);
      const name = readdirSync(options.cacheDir).find((one) => one.endsWith(`.${ending}`)) as string;
      rmSync(options.cacheDir, { recursive: true });
      mkdirSync(options.cacheDir);
      const elsewhere = join(folder, `${run}`, 'elsewhere');
      writeFileSync(elsewhere, 'as it was');
      random.isKnown = true;
      onTestFinished(() => void Object.assign(random, { isKnown: false }));
      const planted = temporaryPath(join(options.cacheDir, name));
      symlinkSync(elsewhere, planted);
      const opened = openCached(source, options).then(() => cachedAlready(source, options));
      if (ending === 'checked')
        expect(await opened).toBeDefined(); // only a note, which the next one makes
      else await expect(opened).rejects.toThrow(/there is something of this name already/);
      expect(existsSync(join(options.cacheDir, name))).toBe(false);
      expect(readFileSync(elsewhere, 'utf8')).toBe('as it was');
    },
  );

  it('a header whose frames lie elsewhere is no entry', async () => {
    await openCached(source, options);
    const name = readdirSync(options.cacheDir).find((one) => one.endsWith('.json')) as string;
    const path = join(options.cacheDir, name);
    const header = JSON.parse(readFileSync(path, 'utf8'));
    copyFileSync(join(options.cacheDir, header.frameFile), join(options.cacheDir, '..', 'other.frames'));
    writeFileSync(path, JSON.stringify({ ...header, frameFile: '../other.frames' }));
    expect(cachedAlready(source, options)).toBeUndefined();
  });
});

describe('the frame cache', () => {
  it('crops a recording once, and later reads no HDF5', async () => {
    const made = await openCached(source, options);
    expect(onProgress).toHaveBeenLastCalledWith(N, N);
    expect(made).toMatchObject({ name: 'drive.h5', frames: N, labels, timestamps: times });
    expect(readFileSync(made.frameFile).equals(cropped())).toBe(true);
    onProgress.mockClear();
    expect(await openCached(source, options)).toEqual(made);
    expect(onProgress).not.toHaveBeenCalled();
    expect(
      readdirSync(options.cacheDir)
        .map((name) => name.split('.').at(-1))
        .sort(),
    ).toEqual(['checked', 'frames', 'json']);
  });

  it('keeps which frames begin a sequence', async () => {
    await record(source, 1, { sequence_starts: Int32Array.of(3, 7) });
    expect((await openCached(source, options)).sequenceStarts).toEqual([3, 7]);
    expect((await openCached(source, options)).sequenceStarts).toEqual([3, 7]);
  });

  it('keeps an entry for each crop and channel order', async () => {
    await openCached(source, options);
    const paper = await openCached(source, { ...options, crop: 'paper' });
    const bgr = await openCached(source, { ...options, channelOrder: 'bgr' });
    expect(
      listCache(options.cacheDir)
        .map(({ crop, channelOrder }) => `${crop} ${channelOrder}`)
        .sort(),
    ).toEqual(['full bgr', 'full rgb', 'paper rgb']);
    expect(readFileSync(paper.frameFile).equals(cropped())).toBe(false);
    expect(readFileSync(bgr.frameFile)[0]).toBe(cropped()[2]);
  });

  it('is made anew when the recording changes, and the old frames go', async () => {
    const before = await openCached(source, options);
    await record(source, 3);
    expect(listCache(options.cacheDir)[0].current).toBe(false);
    const after = await openCached(source, options);
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(readFileSync(after.frameFile).equals(cropped(3))).toBe(true);
    expect(existsSync(before.frameFile)).toBe(false);
    expect(listCache(options.cacheDir)).toMatchObject([{ source, current: true, bytes: N * CROP_BYTES }]);
  });

  it('is made anew when only the time of the recording’s last change differs; the fingerprint does not', async () => {
    const { fingerprint } = await openCached(source, options);
    utimesSync(source, 1e9, 1e9);
    onProgress.mockClear();
    expect((await openCached(source, options)).fingerprint).toBe(fingerprint);
    expect(onProgress).toHaveBeenCalled();
  });

  it('gives copies of a recording the same fingerprint', async () => {
    const copy = join(folder, `${run}`, 'copy.h5');
    copyFileSync(source, copy);
    expect((await openCached(copy, options)).fingerprint).toBe(
      (await openCached(source, options)).fingerprint,
    );
  });

  it.each<[string, (frames: string, header: string) => void]>([
    ['frames are missing', (frames) => rmSync(frames)],
    ['frames are truncated', (frames) => truncateSync(frames, CROP_BYTES * 4)],
    ['frames are too long', (frames) => appendFileSync(frames, 'x')],
    ['header is missing', (_, header) => rmSync(header)],
    ['header is truncated', (_, header) => truncateSync(header, 90)],
    [
      'header is of another version',
      (_, header) =>
        writeFileSync(header, readFileSync(header, 'utf8').replace('"version":2', '"version":0')),
    ],
    [
      'header has a label of another sign, as a single bit makes it',
      (_, header) => {
        const { labels, ...rest } = JSON.parse(readFileSync(header, 'utf8'));
        const bytes = Buffer.from(labels, 'base64');
        bytes[8 * 3 + 7] ^= 0x80;
        writeFileSync(header, JSON.stringify({ ...rest, labels: bytes.toString('base64') }));
      },
    ],
    [
      'frames are black from the third on',
      (frames) => {
        const bytes = readFileSync(frames);
        writeFileSync(frames, bytes.fill(0, 2 * CROP_BYTES));
      },
    ],
    [
      'labels are cut',
      (_, header) =>
        writeFileSync(header, readFileSync(header, 'utf8').replace(/"labels":"[^"]{9}/, '"labels":"')),
    ],
  ])('is made anew when its %s', async (_, damage) => {
    const { frameFile } = await openCached(source, options);
    damage(frameFile, frameFile.replace(/\.[0-9a-f]{16}\.frames$/, '.json'));
    onProgress.mockClear();
    const mended = await openCached(source, options);
    expect(onProgress).toHaveBeenCalled();
    expect(mended).toMatchObject({ labels, timestamps: times });
    expect(readFileSync(mended.frameFile).equals(cropped())).toBe(true);
  });

  it('reads all frames again after a boot only, or once they were written to', async () => {
    const { frameFile } = await openCached(source, options);
    await openCached(source, options);
    const marker = frameFile.replace(/\.[0-9a-f]{16}\.frames$/, '.checked');
    const checked = readFileSync(marker, 'utf8');
    expect(checked.split(' ')[0]).toBe(bootOfHost());
    // A bit that turned on the disk leaves the time of the last write as it was.
    const { atime, mtime } = statSync(frameFile);
    const bytes = readFileSync(frameFile);
    bytes[5] ^= 1;
    writeFileSync(frameFile, bytes);
    utimesSync(frameFile, atime, mtime);
    writeFileSync(marker, checked.replace(/^\S+/, 'an-earlier-boot'));
    onProgress.mockClear();
    await openCached(source, options);
    expect(onProgress).toHaveBeenCalled();
    expect(readFileSync(frameFile).equals(cropped())).toBe(true);
  });

  it('says that a recording is absent or damaged, and leaves nothing', async () => {
    await expect(openCached(`${source}5`, options)).rejects.toThrow(
      /drive\.h55 cannot be read: .*Check the path/,
    );
    truncateSync(source, 3000);
    await expect(openCached(source, options)).rejects.toThrow(/drive\.h5: the file is truncated/);
    expect(existsSync(options.cacheDir)).toBe(false);
  });

  it('refuses a recording whose crop shows one colour throughout', async () => {
    const writer = await createRecording(source, { height: H, width: W });
    writer.append(new Uint8Array(2 * H * W * 3).fill(100), new Float64Array(2), Float64Array.of(0, 1));
    await writer.finish();
    await expect(openCached(source, options)).rejects.toThrow(
      /drive\.h5: camera_front\[0\]: cropped by full, every frame is of one colour/,
    );
    expect(readdirSync(options.cacheDir)).toEqual([]);
  });

  const disk = smallDisk(1);
  it.skipIf(!disk.present)(
    disk.title('names a disk that is full and --cache_dir, and leaves nothing'),
    async () => {
      const cacheDir = join(disk.path, 'frames');
      const long = join(folder, `${run}`, 'long.h5');
      const writer = await createRecording(long, { height: H, width: W });
      for (let n = 0; n < 30; n++) writer.append(frame(n, 1), new Float64Array(1), Float64Array.of(n));
      await writer.finish();
      const error = await openCached(long, { ...options, cacheDir }).catch((reason) => reason);
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(/the disk is full; nothing was left of this file\. .*--cache_dir/);
      expect(readdirSync(cacheDir)).toEqual([]);
      await openCached(source, { ...options, cacheDir }); // other recordings are not lost
      expect(listCache(cacheDir).length).toBe(1);
    },
  );
});

describe('the list of the cache', () => {
  it('says which recordings are gone', async () => {
    await openCached(source, options);
    renameSync(source, `${source}.moved`);
    expect(listCache(options.cacheDir)).toMatchObject([{ source, frames: N, current: false }]);
  });

  it('is empty for a folder that is not there', () => {
    expect(listCache(join(folder, 'none'))).toEqual([]);
    expect(clearCache(join(folder, 'none'))).toEqual({ files: 0, bytes: 0 });
  });

  it('is empty after clearing, which deletes only what is the cache’s own', async () => {
    const { frameFile } = await openCached(source, options);
    writeFileSync(`${frameFile}.tmp-4711`, 'left');
    const notes = join(options.cacheDir, 'notes.json');
    writeFileSync(notes, '{}');
    const bytes = readdirSync(options.cacheDir).reduce(
      (sum, name) => sum + statSync(join(options.cacheDir, name)).size,
      -2,
    );
    expect(clearCache(options.cacheDir)).toEqual({ files: 3, bytes });
    expect(readdirSync(options.cacheDir)).toEqual(['notes.json']);
  });

  it('lies in XDG_CACHE_HOME where that is absolute', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/caches');
    expect(cacheFolder()).toBe('/caches/ncp-train/frames');
    vi.stubEnv('XDG_CACHE_HOME', 'caches');
    vi.stubEnv('HOME', '/home/driver');
    expect(cacheFolder()).toBe('/home/driver/.cache/ncp-train/frames');
    vi.unstubAllEnvs();
  });
});
