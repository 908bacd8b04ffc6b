import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { File, ready } from 'h5wasm/node';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeText } from '../../../../test/foreign-drives.ts';
import { DataError } from '../../../errors.ts';
import type { ReadOptions } from '../source.ts';
import { readComma2016 } from './comma2016.ts';

const plain: ReadOptions = { steering: {}, skipMissing: false, skipBroken: false };
const NAME = '2016-01-30--11-24-51';
const [HEIGHT, WIDTH] = [4, 6];
const PIXELS = HEIGHT * WIDTH;

interface Pair {
  frames: number;
  pointers: number[];
  angles?: number[];
  times?: number[];
  log?: Record<string, number[]>;
  shape?: number[];
}

/** Writes camera and log; channel c of pixel p in frame i is 10·i + 100·c (mod 256) + p. */
async function drive({ frames, pointers, angles, times, log, shape }: Pair): Promise<string> {
  await ready;
  const folder = temporaryFolder();
  for (const part of ['camera', 'log']) mkdirSync(join(folder, part));
  const data = Uint8Array.from({ length: frames * 3 * PIXELS }, (_, at) => {
    const [frame, channel, pixel] = [Math.floor(at / (3 * PIXELS)), Math.floor(at / PIXELS) % 3, at % PIXELS];
    return 10 * frame + 100 * channel + pixel;
  });
  const camera = new File(join(folder, 'camera', `${NAME}.h5`), 'w');
  camera.create_dataset({ name: 'X', data, shape: shape ?? [frames, 3, HEIGHT, WIDTH] });
  camera.close();
  const file = new File(join(folder, 'log', `${NAME}.h5`), 'w');
  const columns = log ?? {
    times: times ?? pointers.map((_, row) => 100 + row / 100),
    steering_angle: angles ?? pointers.map(() => 0),
    cam1_ptr: pointers,
  };
  for (const [name, values] of Object.entries(columns)) {
    file.create_dataset({ name, data: Float64Array.from(values), shape: [values.length] });
  }
  file.close();
  return folder;
}

test('a frame has the mean label of its rows and the time of the first', async () => {
  const pointers = [0, 0, 1, 1, 1, 2];
  const angles = [0, 0, 153, 306, 459, -153];
  const { logs, notes, nominalRate } = await readComma2016(
    await drive({ frames: 3, pointers, angles }),
    plain,
  );
  const [{ name, labels, times, frames }] = logs;
  expect({ name, notes, nominalRate }).toEqual({ name: NAME, notes: [], nominalRate: 20 });
  // Tenths of degrees of the steering wheel, ratio 15.3: 153 is 1° of the front wheels, to the right.
  const tan = (degrees: number) => Math.tan((degrees * Math.PI) / 180);
  expect(Array.from(labels)).toEqual(
    [0, -(tan(1) + tan(2) + tan(3)) / 3, tan(1)].map((each) => expect.closeTo(each / 2.67, 12)),
  );
  expect(Array.from(times ?? [])).toEqual([100, 100.02, 100.05]);
  frames.close();
});

test('frames come channels last, also across frames that are left out, and scaled where asked', async () => {
  const { logs, notes } = await readComma2016(await drive({ frames: 4, pointers: [1, 1, 3] }), plain);
  const [{ frames, ordinals }] = logs;
  expect(Array.from(ordinals)).toEqual([1, 3]);
  expect(notes).toEqual([expect.stringContaining('2 of 4 frames have no row in the log')]);
  const pixels = await frames.read(0, 2);
  expect(pixels.length).toBe(2 * PIXELS * 3);
  for (const [i, frame] of [1, 3].entries()) {
    for (const p of [0, 7, PIXELS - 1]) {
      const at = (i * PIXELS + p) * 3;
      const expected = [0, 1, 2].map((channel) => 10 * frame + 100 * channel + p);
      expect(Array.from(pixels.subarray(at, at + 3))).toEqual(expected);
    }
  }
  expect((await frames.read(0, 2, { height: 2, width: 3 })).length).toBe(2 * 2 * 3 * 3);
  frames.close();
});

describe('bad input', () => {
  const failure = async (path: string) => {
    const error = await readComma2016(path, plain).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  };

  test('a path that is not there, or a folder of something else', async () => {
    expect(await failure('/nowhere')).toContain('/nowhere: not there; expected a folder with camera/*.h5');
    expect(await failure(temporaryFolder())).toContain('no camera/*.h5');
  });

  test('a camera without its log, or one that is no HDF5', async () => {
    const folder = temporaryFolder();
    writeText(join(folder, 'camera', `${NAME}.h5`), 'no HDF5');
    expect(await failure(folder)).toContain(`log/${NAME}.h5: not there; expected the log of`);
    writeText(join(folder, 'log', `${NAME}.h5`), 'no HDF5');
    expect(await failure(folder)).toContain(`log/${NAME}.h5: not a readable HDF5 file`);
  });

  test('a dataset that is missing: those that are there', async () => {
    const folder = await drive({ frames: 1, pointers: [], log: { times: [0], speed: [1] } });
    expect(await failure(folder)).toContain('no dataset steering_angle; the file has speed, times');
  });

  test('columns of different lengths', async () => {
    const log = { times: [0, 1], steering_angle: [0], cam1_ptr: [0, 0] };
    expect(await failure(await drive({ frames: 1, pointers: [], log }))).toContain(
      'times has 2 rows, steering_angle 1, cam1_ptr 2',
    );
  });

  test('rows that name frames beyond the camera, angles and times that are no numbers: the row', async () => {
    expect(await failure(await drive({ frames: 2, pointers: [0, 1, 2] }))).toContain(
      'row 2: cam1_ptr is 2, the camera has frames 0..1',
    );
    expect(await failure(await drive({ frames: 1, pointers: [0, 0], angles: [0, Number.NaN] }))).toContain(
      'row 1: the steering angle is NaN',
    );
    expect(await failure(await drive({ frames: 1, pointers: [0], times: [Number.NaN] }))).toContain(
      'row 0: times is NaN',
    );
  });

  test('frames with channels last, as only other sets have them', async () => {
    expect(await failure(await drive({ frames: 1, pointers: [0], shape: [1, HEIGHT, WIDTH, 3] }))).toContain(
      'X is uint8 [1,4,6,3]; expected uint8 [N,3,H,W]',
    );
  });
});

test('frames of rows that hold no number are left out with --skip_broken, else the rows are counted', async () => {
  const pointers = [0, 0, 1, 1, 2, 2];
  const angles = [0, 0, 153, Number.NaN, 306, 306];
  const folder = await drive({ frames: 3, pointers, angles });
  await expect(readComma2016(folder, plain)).rejects.toThrow(
    /row 3: the steering angle is NaN; fetch the file again, or go on without it: --skip_broken$/,
  );
  const { logs, notes } = await readComma2016(folder, { ...plain, skipBroken: true });
  expect(Array.from(logs[0].ordinals)).toEqual([0, 2]);
  expect(notes[0]).toContain('1 of 6 records cannot be used, left out: ');
  expect((await logs[0].frames.read(1, 1))[0]).toBe(20); // frame 2
});
