/** `replay` and `saliency` on the built command line: the exact files, their columns, their rows; and what is refused. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { CROP_BYTES } from '../../src/data/frames/crop.ts';
import { driveExtras } from '../../src/data/recordings/drive-recording.ts';
import { createRecording } from '../../src/data/recordings/recording-writer.ts';
import { parseNpyHeader } from '../../src/files/npy.ts';
import type { InputDescription } from '../../src/models/input-description.ts';
import { buildModel } from '../../src/models/registry.ts';
import { saveModel } from '../../src/models/weights-file.ts';
import { type ModelName, modelOptions } from '../../src/options/schema.ts';
import { stream } from '../../src/random/stream.ts';
import { npz } from '../npz.ts';
import { filesIn, read } from '../tiny-runs.ts';
import { ncpTrain, script, temporaryFolder } from './command-line.ts';

const INPUT: InputDescription = {
  height: 78,
  width: 200,
  crop: 'full',
  channel_order: 'rgb',
  label_scale: 1000,
  label_sign: 1,
  rate_hz: 30,
};
const N = 9;
const AUTO = Uint8Array.of(0, 1, 1, 1, 0, 0, 1, 1, 0);

beforeAll(() => useBackend('wasm'));

async function weights(folder: string, model: ModelName, input = INPUT): Promise<string> {
  const path = join(folder, `${model}.safetensors`);
  await saveModel(path, buildModel(modelOptions.parse({ model, lstm_size: 8 }), 1), input);
  return path;
}

function randomFrames(bytes: number): Uint8Array {
  const draws = stream(1, 'frames');
  return Uint8Array.from({ length: bytes }, () => draws.integer(0, 200));
}

/** A drive of N frames with autonomous mode, as the simulator records one. */
async function drive(
  folder: string,
  { jumpAt = N, rate = 30, attributes = {} as Record<string, string | number> } = {},
): Promise<string> {
  const path = join(folder, 'drive.h5');
  const size = { height: 40, width: 60 };
  const writer = await createRecording(path, { ...size, attributes, extras: driveExtras({}) });
  const each = (value: (n: number) => number) => Float64Array.from({ length: N }, (_, n) => value(n));
  writer.append(
    randomFrames(N * 40 * 60 * 3),
    each((n) => 0.001 * n),
    each((n) => n / rate + (n >= jumpAt ? 2 : 0)),
    Object.fromEntries(
      driveExtras({}).map(({ name, width = 1 }) => [
        name,
        name === 'autonomous' ? AUTO : new Float64Array(N * width),
      ]),
    ),
  );
  await writer.finish();
  return path;
}

const lines = (...path: string[]) =>
  read(...path)
    .trimEnd()
    .split('\n');

describe('replay', () => {
  it('of wm on a drive: the steering, what the cell sees, its neurons; crashes and resets', async () => {
    const folder = temporaryFolder();
    const [checkpoint, recording] = [await weights(folder, 'wm'), await drive(folder)];
    const out = join(folder, 'out');
    const ended = await ncpTrain([
      'replay',
      checkpoint,
      recording,
      '--out',
      out,
      '--backend',
      'wasm',
      '--plot',
      '--json',
    ]);
    expect(ended.stderr).toBe('');
    expect(ended.status).toBe(0);
    const files = [
      'neurons.csv',
      'output.csv',
      'prediction.png',
      'prediction.svg',
      'replay.json',
      'sensory.csv',
    ];
    expect(filesIn(out)).toEqual(files);
    const result = JSON.parse(ended.stdout);
    expect(JSON.parse(read(out, 'replay.json'))).toEqual(result);
    expect([...result.files].sort()).toEqual(files);
    expect(result).toMatchObject({
      model: 'wm',
      frames: N,
      first_autonomous: 1,
      crashes: [4, 8],
      noise: null,
      compat: 'none',
      resets: [[0, 1], [4, 6], 8],
    });
    const output = lines(out, 'output.csv');
    expect(output).toHaveLength(N + 1);
    expect(output[0]).toBe('frame,time,autonomous,output,curvature,driver');
    const cells = output[4].split(',').map(Number);
    expect([cells[0], cells[2], cells[5]]).toEqual([3, 1, 3]); // the driver's 0.003 1/m
    expect(cells[4]).toBeCloseTo(cells[3], 5); // at label scale 1000 outputs are 1/km
    expect(lines(out, 'sensory.csv')).toHaveLength(N + 1);
    expect(lines(out, 'sensory.csv')[0].split(',')).toEqual(
      Array.from({ length: 32 }, (_, n) => `input_${n}`),
    );
    const neurons = lines(out, 'neurons.csv').map((line) => line.split(','));
    expect(neurons[0]).toEqual(Array.from({ length: 19 }, (_, n) => `neuron_${n}`));
    // output_w starts at 1: the motor neuron is the output.
    for (let n = 1; n <= N; n++)
      expect(Number(neurons[n][0])).toBeCloseTo(Number(output[n].split(',')[3]), 6);
    expect(read(out, 'prediction.svg')).toContain('wm on drive.h5');
  });

  it('of lstm and ctrnn also the weights; of cnn the steering alone', async () => {
    const folder = temporaryFolder();
    const recording = await drive(folder, { jumpAt: 3 });
    const filesOf = async (model: ModelName) => {
      const out = join(folder, model);
      const { status, stdout } = await ncpTrain([
        'replay',
        await weights(folder, model),
        recording,
        '--out',
        out,
        '--backend',
        'wasm',
      ]);
      expect(status, stdout).toBe(0);
      return filesIn(out);
    };
    const cellWeights = (names: string[]) =>
      [...names, 'out_bias', 'out_kernel'].map((name) => `weights_${name}.csv`);
    expect(await filesOf('lstm')).toEqual([
      'output.csv',
      'replay.json',
      'sensory.csv',
      'state_c.csv',
      'state_h.csv',
      ...cellWeights(['bias', 'kernel']),
    ]);
    expect(lines(folder, 'lstm', 'state_c.csv')[0]).toBe('c_0,c_1,c_2,c_3,c_4,c_5,c_6,c_7');
    const kernel = lines(folder, 'lstm', 'weights_kernel.csv').map((line) => line.split(','));
    expect([kernel.length, kernel[0].length]).toEqual([40, 32]);
    // A jump of two seconds in autonomous driving is a reset, too.
    expect(JSON.parse(read(folder, 'lstm', 'replay.json')).resets).toEqual([[0, 1], [3, 6], 8]);
    expect(await filesOf('ctrnn')).toEqual([
      'neurons.csv',
      'output.csv',
      'replay.json',
      'sensory.csv',
      ...cellWeights(['W_step', 'bias_step']).sort(),
    ]);
    expect(await filesOf('cnn')).toEqual(['output.csv', 'replay.json']);
  });

  it('of an .npz has no times and no driver; with --compat paper the last frame is left out', async () => {
    const folder = temporaryFolder();
    const checkpoint = await weights(folder, 'wm');
    const recording = join(folder, 'drive.npz');
    writeFileSync(
      recording,
      npz({ camera: randomFrames(N * CROP_BYTES), auto: AUTO }, [N, 78, 200, 3], true),
    );
    const run = async (out: string, ...more: string[]) => {
      const args = [
        'replay',
        checkpoint,
        recording,
        '--out',
        join(folder, out),
        '--backend',
        'wasm',
        '--json',
      ];
      const ended = await ncpTrain([...args, ...more]);
      expect(ended.status, ended.stderr).toBe(0);
      return JSON.parse(ended.stdout);
    };
    expect(await run('ours', '--noise', '0.1')).toMatchObject({
      frames: N,
      crashes: [4, 8],
      error: null,
      rate_hz: 30,
      noise: { sigma: 0.1, seed: 1 },
    });
    expect(lines(folder, 'ours', 'output.csv')[2]).toMatch(/^1,,1,[^,]+,[^,]+,$/);
    expect(await run('paper', '--compat', 'paper', '--frames')).toMatchObject({
      frames: N - 1,
      resets: [0, [4, 5]],
      noise: null,
    });
    const neurons = lines(folder, 'paper', 'neurons.csv');
    expect(neurons).toHaveLength(N);
    expect(neurons[1]).toBe(new Array(19).fill('0').join(','));
    expect(readdirSync(join(folder, 'paper/frames')).sort()).toEqual(
      Array.from({ length: N - 1 }, (_, n) => `00000${n}.png`),
    );
  });

  it('pipes the frames to ffmpeg where it is on the path, and says what it says when that fails', async () => {
    const folder = temporaryFolder();
    const [checkpoint, recording] = [await weights(folder, 'wm'), await drive(folder)];
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const environment = { PATH: `${bin}:${process.env.PATH}` };
    const run = (out: string) =>
      ncpTrain(
        ['replay', checkpoint, recording, '--out', join(folder, out), '--backend', 'wasm', '--video'],
        environment,
      );
    script(bin, 'ffmpeg', `for last; do :; done; echo "$@" > ${folder}/arguments; cat > "$last"`);
    expect((await run('good')).status).toBe(0);
    expect(readFileSync(join(folder, 'good/frames.mp4'))).toHaveLength(N * CROP_BYTES);
    expect(read(folder, 'arguments')).toMatch(/rawvideo -pix_fmt rgb24 -s 200x78 -r 30/);
    script(bin, 'ffmpeg', 'cat > /dev/null; echo no such codec >&2; exit 3');
    const failed = await run('bad');
    expect(failed.status).toBe(3);
    expect(failed.stderr).toContain('ffmpeg ended with 3: no such codec');
    expect(filesIn(join(folder, 'bad')).filter((name) => name.endsWith('.mp4'))).toEqual([]);
  });
});

describe('saliency', () => {
  it('writes maps, overlays and an array of a range of frames', async () => {
    const folder = temporaryFolder();
    const [checkpoint, recording] = [await weights(folder, 'wm'), await drive(folder)];
    const out = join(folder, 'out');
    const range = ['--first', '2', '--count', '3'];
    const args = ['saliency', checkpoint, recording, '--out', out, '--backend', 'wasm', ...range];
    const ended = await ncpTrain([...args, '--maps', '--overlays', '--json']);
    expect(ended.status, ended.stderr).toBe(0);
    const pictures = (name: string) => [2, 3, 4].map((n) => `${name}/00000${n}.png`);
    expect(filesIn(out)).toEqual([
      ...pictures('maps'),
      ...pictures('overlays'),
      'saliency.json',
      'saliency.npy',
    ]);
    expect(JSON.parse(ended.stdout)).toMatchObject({ model: 'wm', first: 2, frames: 3, noise: null });
    const bytes = readFileSync(join(out, 'saliency.npy'));
    const header = parseNpyHeader(bytes, 'saliency.npy');
    expect(header).toMatchObject({ type: '<f4', shape: [3, 78, 200] });
    const maps = new Float32Array(Uint8Array.from(bytes.subarray(header.length)).buffer);
    expect(maps).toHaveLength(3 * 78 * 200);
    for (let n = 0; n < 3; n++) {
      const map = maps.subarray(n * 15600, (n + 1) * 15600);
      expect([Math.min(...map), Math.max(...map)]).toEqual([0, 1]);
    }
  });

  it('refuses frames that are not there', async () => {
    const folder = temporaryFolder();
    const [checkpoint, recording] = [await weights(folder, 'wm'), await drive(folder)];
    const { status, stderr } = await ncpTrain([
      'saliency',
      checkpoint,
      recording,
      '--first',
      '9',
      '--backend',
      'wasm',
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('has frames 0 to 8');
  });
});

describe('analyse ssim', () => {
  it('has a row for each model and noise, and counts the crashes of drives', async () => {
    const folder = temporaryFolder();
    const checkpoint = await weights(folder, 'wm');
    const recording = await drive(folder, { attributes: { model: 'wm', noise: 0.1 } });
    const out = join(folder, 'out');
    const ended = await ncpTrain([
      'analyse',
      'ssim',
      checkpoint,
      '--recording',
      recording,
      '--noise',
      '0,0.3',
      '--frames',
      '2',
      '--drives',
      recording,
      '--out',
      out,
      '--backend',
      'wasm',
      '--json',
    ]);
    expect(ended.status, ended.stderr).toBe(0);
    const pictures = ['crashes', 'ssim'].flatMap((name) => [`${name}.csv`, `${name}.png`, `${name}.svg`]);
    expect(filesIn(out)).toEqual([...pictures, 'ssim.json'].sort());
    const { models, crashes } = JSON.parse(ended.stdout);
    expect(models).toHaveLength(2);
    expect(models[0]).toMatchObject({ model: 'wm', sigma: 0, variance: 0, frames: 2, ssim: 1, ssim_std: 0 });
    expect(models[1]).toMatchObject({ sigma: 0.3, variance: 0.09, frames: 2 });
    expect(models[1].ssim).toBeLessThan(0.99);
    // Autonomous mode goes off at 4 and 8.
    expect(crashes).toEqual([{ model: 'wm', sigma: 0.1, variance: 0.1 ** 2, drives: 1, crashes: 2 }]);
    expect(lines(out, 'ssim.csv')[0]).toBe('model,checkpoint,sigma,variance,frames,ssim,ssim_std');
    expect(lines(out, 'crashes.csv')[0]).toBe('model,sigma,variance,drives,crashes');
  });
});

describe('what does not go together', () => {
  const refused = async (folder: string, checkpoint: string, recording: string) => {
    const out = join(folder, 'none');
    const ended = await ncpTrain(['replay', checkpoint, recording, '--out', out, '--backend', 'wasm']);
    expect(ended.stderr).not.toContain('    at ');
    expect(ended.stdout).toBe('');
    expect(() => filesIn(out)).toThrow();
    return ended;
  };

  it('a recording at another pace, or with another crop, is exit status 2', async () => {
    const folder = temporaryFolder();
    const recording = await drive(folder, { rate: 10 });
    const checkpoint = await weights(folder, 'wm');
    const slow = await refused(folder, checkpoint, recording);
    expect([slow.status, slow.stderr]).toEqual([2, expect.stringContaining('10.0 frames a second')]);
    writeFileSync(join(folder, 'dataset.yaml'), 'crop: paper\n');
    const cropped = await refused(folder, checkpoint, recording);
    expect([cropped.status, cropped.stderr]).toEqual([
      2,
      expect.stringContaining('crop paper, the model was trained with full'),
    ]);
  });

  it('what is missing or damaged is exit status 3, and names the file', async () => {
    const folder = temporaryFolder();
    const checkpoint = await weights(folder, 'wm');
    for (const [name, content] of [
      ['none.h5', undefined],
      ['text.h5', 'text'],
      ['text.npz', 'text'],
      ['drive.bag', 'text'],
    ] as const) {
      if (content !== undefined) writeFileSync(join(folder, name), content);
      const ended = await refused(folder, checkpoint, join(folder, name));
      expect([ended.status, ended.stderr], name).toEqual([3, expect.stringContaining(name)]);
    }
    const recording = await drive(folder);
    expect((await refused(folder, join(folder, 'none.safetensors'), recording)).status).toBe(3);
  });
});
