/**
 * Times in milliseconds, microseconds and nanoseconds, and in float32: `data check` says so with a command that mends them, and
 * everything that would train or replay on such times is refused with the same words.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCached } from '../../src/data/frames/frame-cache.ts';
import { checkRecording } from '../../src/data/inspect/check.ts';
import { defectText } from '../../src/data/recordings/defect.ts';
import { openDriveRecording } from '../../src/data/recordings/drive-recording.ts';
import { temporaryFolder } from '../e2e/command-line.ts';
import { writeDrive } from '../recordings.ts';
import { PYTHON, requirement } from '../require.ts';

/** A drive whose times are these, and what is said of it. */
async function checked(time: (n: number) => number, frames = 20) {
  const path = join(temporaryFolder(), 'drive.h5');
  await writeDrive(path, { frames, time });
  const { defects } = await checkRecording(path, 'full');
  return { path, says: defects.map((defect) => `${defect.severity}: ${defectText(defect)}`) };
}

describe('times', () => {
  it.each([
    ['since 1970', (n: number) => 1.6e9 + n / 30],
    ['since the start', (n: number) => n / 30],
    ['with a skip', (n: number) => n / 30 + (n < 10 ? 0 : 3600)],
    ['of float32 since the start', (n: number) => Math.fround(86_400 + n / 30)],
    ['of a slow camera', (n: number) => n * 4],
  ])('in seconds %s are right', async (_, time) => {
    expect((await checked(time)).says).toEqual([]);
  });

  it.each([
    ['milliseconds since 1970', (n: number) => 1.6e12 + Math.round((n * 1e3) / 30), 't / 1e3'],
    ['microseconds since 1970', (n: number) => 1.6e15 + Math.round((n * 1e6) / 30), 't / 1e6'],
    ['nanoseconds since 1970', (n: number) => 1.6e18 + (n * 1e9) / 30, 't / 1e9'],
    ['milliseconds since the start', (n: number) => (n * 1e3) / 30, 't / 1e3'],
    ['microseconds since the start', (n: number) => (n * 1e6) / 30, 't / 1e6'],
    ['nanoseconds since the start', (n: number) => (n * 1e9) / 30, 't / 1e9'],
  ])('in %s are told', async (unit, time, command) => {
    const { path, says } = await checked(time);
    expect(says).toHaveLength(1);
    expect(says[0]).toContain(`error: ${path}: timestamp: the times are ${unit.split(' ')[0]}, not seconds`);
    expect(says[0]).toContain(`f['timestamp'] = ${command}" '${path}'`);
  });

  it('of float32 since 1970, and in whole seconds, cannot tell frames apart', async () => {
    const float32 = await checked((n) => Math.fround(1.6e9 + n / 30));
    expect(float32.says[0]).toContain('seconds in float32, which near 1600000000 lie 128 s apart');
    const whole = await checked((n) => 1.6e9 + Math.floor(n / 10));
    expect(whole.says[0]).toContain('18 of 20 frames have the time of the frame before');
  });

  it('in days are warned of', async () => {
    const { says } = await checked((n) => 730_000 + n / 30 / 86_400);
    expect(says[0]).toMatch(/^warning: .*by the times there are 2590000 frames a second/);
  });

  it('that are no seconds stop a training and an analysis with the same words', async () => {
    const path = join(temporaryFolder(), 'drive.h5');
    await writeDrive(path, { frames: 20, time: (n) => (n * 1e3) / 30 });
    const cacheDir = join(temporaryFolder(), 'cache');
    mkdirSync(cacheDir);
    const options = { crop: 'full', channelOrder: 'rgb', cacheDir } as const;
    await expect(openCached(path, options)).rejects.toThrow('the times are milliseconds, not seconds');
    const drive = await openDriveRecording(path);
    expect(() => drive.column('timestamp')).toThrow('the times are milliseconds, not seconds');
    drive.close();
  });

  const h5py = requirement('python-h5py');
  it.skipIf(!h5py.present)(h5py.title('are mended by the command that is proposed'), async () => {
    const { path, says } = await checked((n) => 1.6e12 + Math.round((n * 1e3) / 30));
    const [command] = /python3 -c .*$/.exec(says[0]) ?? [];
    execFileSync('sh', ['-c', (command as string).replace('python3', PYTHON)]);
    expect((await checkRecording(path, 'full')).defects).toEqual([]);
  });
});
