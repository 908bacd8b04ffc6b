import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File } from 'h5wasm/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDrive } from '../../../test/recordings.ts';
import { DataError } from '../../errors.ts';
import { driveExtras, openDriveRecording, stateDatasets } from './drive-recording.ts';
import { loadHdf5 } from './hdf5.ts';
import { openRecording } from './recording.ts';
import { createRecording } from './recording-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'drive-recording-'));
beforeAll(loadHdf5);
afterAll(() => rmSync(folder, { recursive: true }));

const [N, H, W, UNITS] = [6, 4, 5, 3];
const at = (first: number, count: number, value: (n: number) => number) =>
  Float64Array.from({ length: count }, (_, i) => value(first + i));

/** Written in two parts. */
async function write(path: string, frames: boolean, crashes: number[]): Promise<void> {
  const writer = await createRecording(path, {
    height: H,
    width: W,
    frames,
    extras: driveExtras({ c: UNITS, h: 2 }),
    attributes: { model: 'lstm', checkpoint: 'epoch_003', frame_rate: 30, noise: 0.1, road_seed: 7 },
  });
  for (const [first, count] of [
    [0, 4],
    [4, 2],
  ]) {
    const pictures = Uint8Array.from({ length: frames ? count * H * W * 3 : 0 }, (_, i) => first * 9 + i);
    const states = (width: number) =>
      Float32Array.from({ length: count * width }, (_, i) => (first * width + i) / 8);
    writer.append(
      pictures,
      at(first, count, (n) => n / 1000),
      at(first, count, (n) => 100 + n / 30),
      {
        autonomous: Uint8Array.from({ length: count }, (_, i) => (first + i === 3 ? 0 : 1)),
        position: Float64Array.from({ length: 2 * count }, (_, i) => 2 * first + i),
        heading: at(first, count, (n) => -n),
        speed: at(first, count, (n) => 8 + n),
        lateral_offset: at(first, count, (n) => n / 10),
        steering: at(first, count, (n) => n / 100),
        model_output: Float32Array.from(at(first, count, (n) => n + 0.5)),
        'states/c': states(UNITS),
        'states/h': states(2),
      },
    );
  }
  await writer.finish({ crash: Int32Array.from(crashes) });
}

describe('what a drive leaves', () => {
  it('is read back as it was written', async () => {
    const path = join(folder, 'whole.h5');
    await write(path, true, [3]);
    const drive = await openDriveRecording(path);
    expect(drive.frames).toBe(N);
    expect(drive.size).toEqual({ height: H, width: W });
    expect(drive.column('speed')).toEqual(at(0, N, (n) => 8 + n));
    expect(drive.column('model_output')).toEqual(at(0, N, (n) => n + 0.5));
    expect(drive.column('autonomous')).toEqual(Float64Array.of(1, 1, 1, 0, 1, 1));
    expect(drive.position()).toEqual({ x: at(0, N, (n) => 2 * n), y: at(0, N, (n) => 2 * n + 1) });
    expect(drive.crashes()).toEqual(Int32Array.of(3));
    expect(drive.states).toEqual([
      { name: 'c', units: UNITS },
      { name: 'h', units: 2 },
    ]);
    const slice = drive.readStates('c', 3, 2);
    expect(slice).toEqual(Float32Array.from({ length: 2 * UNITS }, (_, i) => (3 * UNITS + i) / 8));
    expect(() => drive.readStates('c', 5, 2)).toThrow(RangeError);
    expect(drive.attributes()).toMatchObject({ model: 'lstm', frame_rate: 30, noise: 0.1, road_seed: 7 });
    expect(drive.missing(['camera_front', 'states', 'crash', 'position'])).toEqual([]);
    drive.close();
  });

  it('is a recording in the paper’s format', async () => {
    const path = join(folder, 'paper.h5');
    await write(path, true, []);
    const recording = await openRecording(path);
    expect(recording.info.labels).toEqual(at(0, N, (n) => n / 1000));
    expect(recording.readFrames(4, 1)[0]).toBe(36);
    expect(recording.readExtra('speed')).toEqual(at(0, N, (n) => 8 + n));
    recording.close();
  });

  it('may be without frames and without crashes, and says so', async () => {
    const path = join(folder, 'numbers.h5');
    await write(path, false, []);
    const drive = await openDriveRecording(path);
    expect(drive.frames).toBe(N);
    expect(drive.crashes()).toEqual(new Int32Array(0));
    expect(drive.missing(['camera_front', 'crash', 'speed'])).toEqual(['camera_front']);
    expect(() => drive.require(['camera_front', 'speed'], 'a saliency map')).toThrow(
      /a saliency map needs camera_front, which is not there; the file holds .*speed/,
    );
    drive.close();
    await expect(openRecording(path)).rejects.toThrow('camera_front');
  });

  it('may be any recording: what is not there is undefined', async () => {
    const path = join(folder, 'plain.h5');
    await writeDrive(path, { frames: 5 });
    const drive = await openDriveRecording(path);
    expect([...drive.present].sort()).toEqual(['camera_front', 'inverse_r', 'timestamp']);
    expect([drive.column('speed'), drive.position(), drive.crashes()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(drive.states).toEqual([]);
    drive.close();
  });

  it('knows a position in two columns, as simulated training drives have it', async () => {
    const path = join(folder, 'parts.h5');
    const writer = await createRecording(path, {
      height: 2,
      width: 2,
      extras: ['position_x', 'position_y'],
    });
    writer.append(new Uint8Array(24), Float64Array.of(0, 0), Float64Array.of(0, 1), {
      position_x: Float64Array.of(1, 2),
      position_y: Float64Array.of(3, 4),
    });
    await writer.finish();
    const drive = await openDriveRecording(path);
    expect(drive.present.has('position')).toBe(true);
    expect(drive.position()).toEqual({ x: Float64Array.of(1, 2), y: Float64Array.of(3, 4) });
    drive.close();
  });

  it('is refused with a dataset of another shape or length, all of them named', async () => {
    const path = join(folder, 'misfit.h5');
    const file = new File(path, 'w');
    file.create_dataset({ name: 'timestamp', data: Float64Array.of(0, 1, 2) });
    file.create_dataset({ name: 'speed', data: Float64Array.of(0, 1) });
    file.create_dataset({ name: 'position', data: new Float64Array(9), shape: [3, 3] });
    file.create_dataset({ name: 'heading', data: ['a', 'b', 'c'] });
    file.close();
    const error = await openDriveRecording(path).catch((reason) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('speed: its shape is [2], expected [3] or [3,1]');
    expect(error.message).toContain('position: its shape is [3,3], expected [3,2]');
    expect(error.message).toContain('heading: it holds text, expected numbers');
  });

  it('needs times', async () => {
    const path = join(folder, 'timeless.h5');
    const file = new File(path, 'w');
    file.create_dataset({ name: 'speed', data: Float64Array.of(0, 1) });
    file.close();
    await expect(openDriveRecording(path)).rejects.toThrow(
      /timestamp: there is no such dataset; the file holds speed/,
    );
    await expect(openDriveRecording(join(folder, 'nowhere.h5'))).rejects.toThrow('there is no such file');
  });
});

it('names states by the cell’s, a single one `neurons`', () => {
  expect(stateDatasets(['v'])).toEqual(['neurons']);
  expect(stateDatasets(['c', 'h'])).toEqual(['c', 'h']);
  expect(stateDatasets([])).toEqual([]);
});
