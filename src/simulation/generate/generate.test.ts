import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRecording } from '../../data/recordings/recording.ts';
import { DataError, UsageError } from '../../errors.ts';
import { roundsOf } from './driven-frames.ts';
import { type GenerateOptions, generateDrives, planGeneration } from './generate.ts';
import { EXTRAS, generateRecording } from './generate-recording.ts';
import { recordingNames } from './recording-names.ts';

const root = mkdtempSync(join(tmpdir(), 'generate-'));
afterAll(() => rmSync(root, { recursive: true }));

const options = (name: string, changes: Partial<GenerateOptions> = {}): GenerateOptions => ({
  kind: 'passive',
  out: join(root, name),
  frames: 5,
  recordings: 2,
  height: 40,
  width: 64,
  compress: false,
  seed: 0,
  workers: 1,
  force: false,
  ...changes,
});

async function generate(given: GenerateOptions, signal?: AbortSignal): Promise<number> {
  let frames = 0;
  await generateDrives(await planGeneration(given), (count) => (frames += count), signal);
  return frames;
}

async function contents(folder: string) {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.h5'))
    .sort();
  const files = [];
  for (const name of names) {
    const recording = await openRecording(join(folder, name));
    const { labels, timestamps, frames } = recording.info;
    const pictures = Buffer.from(recording.readFrames(0, frames)).toString('base64');
    const extras = EXTRAS.map((extra) => recording.readExtra(extra));
    files.push({ name, labels, timestamps, pictures, extras });
    recording.close();
  }
  return files;
}

describe('generating', () => {
  it('gives the same bytes on any number of threads', async () => {
    expect(await generate(options('one'))).toBe(10);
    expect(await generate(options('two', { workers: 2 }))).toBe(10);
    const one = await contents(join(root, 'one'));
    expect(await contents(join(root, 'two'))).toEqual(one);
    expect(one.map(({ name }) => name)).toEqual(recordingNames('passive').slice(0, 2));
    expect(one[0].pictures).not.toEqual(one[1].pictures);
  });

  it('writes camera, seed and road into every file', async () => {
    const recording = await openRecording(join(root, 'one', recordingNames('passive')[0]));
    expect(recording.attributes()).toMatchObject({ road: 'passive', seed: 0 });
    expect(recording.attributes().camera_height).toBeCloseTo(1.9984, 4);
    expect(recording.attributes().camera_pitch).toBeCloseTo(0.04, 4);
    expect(recording.attributes().fx).toBeCloseTo((942.21 * 64) / 1920, 9);
    recording.close();
  });

  it('makes an active recording of rounds: after a pause another road, one behind the other, under another light', async () => {
    const job = {
      kind: 'active' as const,
      seed: 0,
      name: recordingNames('active')[0],
      height: 40,
      width: 64,
    };
    const rounds = roundsOf({ ...job, frames: 450 });
    expect(rounds).toEqual([
      { number: 0, frames: 225 },
      { number: 1, frames: 225 },
    ]);
    expect(roundsOf({ ...job, frames: 1200 })).toHaveLength(6);
    expect(roundsOf({ ...job, kind: 'passive', frames: 1200 })).toEqual([{ number: 0, frames: 1200 }]);
    const path = join(root, 'rounds.h5');
    await generateRecording(path, { ...job, frames: 450 }, false, () => {});
    const recording = await openRecording(path);
    const { timestamps, frames } = recording.info;
    const x = recording.readExtra('position_x') ?? [];
    const road = (from: number) => Array.from(x.slice(from, from + 225));
    expect([frames, timestamps[225] - timestamps[224] > 5.5]).toEqual([450, true]);
    expect(Math.max(...road(0))).toBeLessThan(Math.min(...road(225)));
    const mean = (n: number) => recording.readFrames(n, 1).reduce((sum, value) => sum + value, 0) / 7680;
    const steps = [10, 224].map((n) => Math.abs(mean(n) - mean(n + 1)));
    expect(steps[1]).toBeGreaterThan(3 * steps[0]);
    recording.close();
  });

  it('goes on where an earlier run stopped, and only there', async () => {
    const names = recordingNames('passive');
    cpSync(join(root, 'one'), join(root, 'more'), { recursive: true });
    rmSync(join(root, 'more', names[1]));
    const first = join(root, 'more', names[0]);
    const { mtimeMs } = statSync(first);
    const plan = await planGeneration(options('more'));
    expect([plan.kept, plan.missing]).toEqual([[names[0]], [names[1]]]);
    expect(await generate(options('more'))).toBe(5);
    expect(statSync(first).mtimeMs).toBe(mtimeMs);
    expect(await contents(join(root, 'more'))).toEqual(await contents(join(root, 'one')));
    expect(await generate(options('more'))).toBe(0);
  });

  it('leaves nothing half-written when it is stopped', async () => {
    const stopping = new AbortController();
    const plan = await planGeneration(options('stopped', { frames: 20 }));
    const work = generateDrives(plan, () => stopping.abort(new Error('enough')), stopping.signal);
    await expect(work).rejects.toThrow('enough');
    // A machine that is busy may finish a drive before it hears; what is there is whole.
    const there = readdirSync(join(root, 'stopped'));
    expect(there.filter((name) => name !== 'dataset.yaml' && !name.endsWith('.h5'))).toEqual([]);
    for (const name of there.filter((one) => one.endsWith('.h5'))) {
      const recording = await openRecording(join(root, 'stopped', name));
      expect(recording.info.frames).toBe(20);
      recording.close();
    }
  });

  it('refuses a folder that holds something else, unless forced', async () => {
    const again = options('two', { recordings: 1, seed: 4 });
    await expect(planGeneration(again)).rejects.toThrow(UsageError);
    await expect(planGeneration(again)).rejects.toThrow(
      /not empty \(made by .*--seed 0.*this run is .*--seed 4.*--force/,
    );
    const [before] = await contents(join(root, 'two'));
    expect(await generate({ ...again, force: true })).toBe(5);
    const forced = await contents(join(root, 'two'));
    expect(forced).toHaveLength(1); // of the earlier run nothing is left
    expect(forced[0].name).toBe(before.name);
    expect(forced[0].pictures).not.toBe(before.pictures);
    expect(forced[0].labels).not.toEqual(before.labels);

    mkdirSync(join(root, 'foreign'));
    writeFileSync(join(root, 'foreign', 'mine.h5'), 'mine');
    await expect(planGeneration(options('foreign', { force: true }))).rejects.toThrow(
      'mine.h5 there is no recording of this set',
    );
    writeFileSync(join(root, 'file'), '');
    await expect(planGeneration(options('file'))).rejects.toThrow('this is a file; give a folder');
  });

  it('says how much it needs, and refuses before it writes when that is not free', async () => {
    const { bytes } = await planGeneration(options('new'));
    expect(bytes).toBeGreaterThan(10 * 40 * 64 * 3);
    const huge = planGeneration(options('huge', { frames: 1e12 }));
    await expect(huge).rejects.toThrow(DataError);
    await expect(huge).rejects.toThrow(/GB are needed and .* are free/);
    expect(existsSync(join(root, 'huge'))).toBe(false);
  });

  it('has only so many names', async () => {
    await expect(planGeneration(options('x', { kind: 'active', recordings: 7 }))).rejects.toThrow(
      '7 recordings: the active set has 6 names',
    );
  });
});
