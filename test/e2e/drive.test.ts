/** `drive` on the built command: what it leaves, that it repeats, and what is said of bad input. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { openDriveRecording } from '../../src/data/recordings/drive-recording.ts';
import { openRecording } from '../../src/data/recordings/recording.ts';
import type { InputDescription } from '../../src/models/input-description.ts';
import { buildModel } from '../../src/models/registry.ts';
import { saveModel } from '../../src/models/weights-file.ts';
import { ffmpeg } from '../../src/plot/frame-sequence.ts';
import { writeDrive } from '../recordings.ts';
import { ncpTrain, temporaryFolder } from './command-line.ts';

const INPUT: InputDescription = {
  height: 78,
  width: 200,
  crop: 'paper',
  label_scale: 1000,
  rate_hz: 29.99,
  channel_order: 'rgb',
  label_sign: 1,
};
const SHORT = ['--seconds', '1', '--size', '125x200', '--backend', 'wasm', '--quiet'];

async function weights(
  folder: string,
  model: 'wm' | 'lstm' | 'cnn',
  input?: InputDescription,
): Promise<string> {
  await useBackend('wasm');
  const file = join(folder, `${model}.safetensors`);
  await saveModel(file, buildModel({ model }, 1), input);
  return file;
}

const rowsOf = (path: string): Record<string, string>[] =>
  parse(readFileSync(path, 'utf8'), { columns: true });

test('models side by side at two noise levels: files, datasets, the same again on other threads', async () => {
  const folder = temporaryFolder();
  const lstm = await weights(folder, 'lstm', INPUT);
  const wm = await weights(folder, 'wm', INPUT);
  const drive = (out: string, workers: string, record: string) =>
    ncpTrain([
      'drive',
      lstm,
      wm,
      '--compare',
      '--noise',
      '0,0.25',
      '--runs',
      '2',
      '--push',
      '0.3',
      ...SHORT,
      '--out',
      join(folder, out),
      '--workers',
      workers,
      '--record',
      record,
    ]);
  const first = await drive('a', '1', 'first');
  expect({ status: first.status, stderr: first.stderr }).toEqual({ status: 0, stderr: '' });
  const names = ['lstm', 'wm'].flatMap((model) =>
    [0, 0.25].flatMap((noise) => ['01', '02'].map((run) => `${model}_noise${noise}_run${run}.h5`)),
  );
  const others = ['crashes.png', 'crashes.svg', 'metrics.csv', 'metrics.json'];
  expect(readdirSync(join(folder, 'a')).sort()).toEqual([...names, ...others].sort());
  expect(first.stdout).toMatch(/^crashes per km +noise 0 +noise 0.25\nlstm .*\nwm /);
  const rows = rowsOf(join(folder, 'a', 'metrics.csv'));
  expect(rows.filter(({ row }) => row === 'mean').map(({ model, noise, n }) => [model, noise, n])).toEqual([
    ['lstm', '0', '2'],
    ['lstm', '0.25', '2'],
    ['wm', '0', '2'],
    ['wm', '0.25', '2'],
  ]);

  const kept = await openDriveRecording(join(folder, 'a', 'lstm_noise0.25_run01.h5'));
  expect([kept.frames, kept.size]).toEqual([30, { height: 125, width: 200 }]);
  expect(kept.states).toEqual([
    { name: 'c', units: 64 },
    { name: 'h', units: 64 },
  ]);
  expect(kept.missing(['camera_front', 'autonomous', 'crash', 'position', 'heading', 'speed'])).toEqual([]);
  expect(kept.attributes()).toMatchObject({
    model: 'lstm',
    label_scale: 1000,
    frame_rate: 30,
    noise: 0.25,
    road_seed: 1,
  });
  kept.close();
  const numbers = await openDriveRecording(join(folder, 'a', 'wm_noise0_run02.h5'));
  expect(numbers.missing(['camera_front', 'states'])).toEqual(['camera_front']);
  expect(numbers.states).toEqual([{ name: 'neurons', units: 19 }]);
  numbers.close();

  // Frames that are kept are drawn whole, of the others only what the model sees.
  await drive('b', '2', 'all');
  expect(rowsOf(join(folder, 'b', 'metrics.csv'))).toEqual(rows);
  const frames = async (out: string) => {
    const recording = await openRecording(join(folder, out, 'lstm_noise0_run01.h5'));
    const last = Buffer.from(recording.readFrames(29, 1));
    recording.close();
    return last;
  };
  expect(Buffer.compare(await frames('a'), await frames('b'))).toBe(0);

  const again = await drive('a', '1', 'first');
  expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('--force')]);

  // A replay of the drive goes through what the drive went through.
  const recorded = join(folder, 'a', 'lstm_noise0.25_run01.h5');
  const replay = ['replay', lstm, recorded, '--noise', '0.25', '--noise-seed', '1', '--backend', 'wasm'];
  const ended = await ncpTrain([...replay, '--out', join(folder, 'replayed')]);
  expect(ended.status, ended.stderr).toBe(0);
  const driven = await openDriveRecording(recorded);
  const outputs = driven.column('model_output') ?? [];
  const replayed = rowsOf(join(folder, 'replayed', 'output.csv'));
  expect(replayed).toHaveLength(30);
  for (const [n, { output }] of replayed.entries()) expect(Number(output)).toBeCloseTo(outputs[n], 5);
  expect(new Set(outputs).size).toBeGreaterThan(20);
  driven.close();
});

test('over a recorded drive, its frames warped', async () => {
  const folder = temporaryFolder();
  const cnn = await weights(folder, 'cnn', INPUT);
  const recording = join(folder, 'recorded.h5');
  await writeDrive(recording, { frames: 40, height: 125, width: 200 });
  const args = ['drive', cnn, 'driver', '--on', recording, '--record', 'all', '--backend', 'wasm', '--json'];
  const noSpeed = await ncpTrain([...args, '--out', join(folder, 'none')]);
  expect([noSpeed.status, noSpeed.stderr]).toEqual([3, expect.stringContaining('--speed')]);
  const { status, stdout, stderr } = await ncpTrain([
    ...args,
    '--quiet',
    '--speed',
    '8',
    '--video',
    '--overlay',
    'both',
    '--out',
    join(folder, 'out'),
  ]);
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringContaining('does not give fx, fy, cx, cy, camera_height, camera_pitch'),
  });
  expect(JSON.parse(stdout).groups.map(({ model, n }: { model: string; n: number }) => [model, n])).toEqual([
    ['cnn', 1],
    ['driver', 1],
  ]);
  const videos = ffmpeg() === undefined ? 'png' : 'mp4';
  const names = [
    'cnn_noise0_run01.h5',
    `cnn_noise0_run01.${videos}`,
    'driver_noise0_run01.h5',
    `driver_noise0_run01.${videos}`,
    'metrics.csv',
    'metrics.json',
  ];
  expect(readdirSync(join(folder, 'out')).sort()).toEqual(names);
  const drive = await openDriveRecording(join(folder, 'out', 'cnn_noise0_run01.h5'));
  expect([drive.frames, drive.missing(['camera_front', 'states'])]).toEqual([40, ['states']]);
  drive.close();
});

test('bad input is named before anything is written', async () => {
  const folder = temporaryFolder();
  const bare = await weights(folder, 'wm');
  const slow = join(folder, 'slow.safetensors');
  await saveModel(slow, buildModel({ model: 'cnn' }, 1), { ...INPUT, rate_hz: 10 });
  const recording = join(folder, 'recorded.h5');
  await writeDrive(recording, { frames: 20 });
  const out = join(folder, 'out');
  const cases: [string[], number, string][] = [
    [[], 2, 'which model?'],
    [['/nowhere'], 3, 'there is no such checkpoint'],
    [[bare], 2, 'does not say what its model was trained on'],
    [['driver', '--noise', '0,x'], 2, 'noise'],
    [['driver', '--noise', '0.1,0.10'], 2, 'each once'],
    [['driver', '--size', '2x2'], 2, 'got "2x2"'],
    [['driver', '--nois', '0'], 2, 'nois'],
    [['driver', '--on', '/nowhere.h5'], 3, 'there is no such file'],
    [[slow, '--on', recording, '--speed', '8'], 2, 'the model was trained with 10'],
  ];
  for (const [args, status, message] of cases) {
    const ended = await ncpTrain(['drive', ...args, '--backend', 'wasm', '--out', out, '--quiet']);
    expect([ended.status, ended.stderr], args.join(' ')).toEqual([status, expect.stringContaining(message)]);
  }
  expect(readdirSync(folder)).not.toContain('out');
});
