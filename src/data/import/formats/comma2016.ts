/**
 * comma.ai’s set of 2016: `camera/NAME.h5` with `X` uint8 [N,3,H,W] at 20 Hz, and `log/NAME.h5` at 100 Hz with `times`,
 * `steering_angle` and `cam1_ptr`, the camera frame of each row. A frame’s label is the mean of its rows, its time that
 * of its first row. Angles are tenths of degrees of the steering wheel (its makers: "fixed point, divide by 10"); that
 * positive is to the right is read from the published viewer, which draws the path of −angle.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { File } from 'h5wasm/node';
import { DataError } from '../../../errors.ts';
import { loadHdf5, numberType, readColumn } from '../../recordings/hdf5.ts';
import { readFault } from '../../recordings/unreadable.ts';
import { CameraFrames, findDataset, openHdf5 } from '../camera-frames.ts';
import { curvature, type Steering, steeringOf } from '../curvature.ts';
import { foldersInside } from '../folders-inside.ts';
import { RecordFaults } from '../logs/faults.ts';
import { type Log, type ReadOptions, type Source, wideCrop } from '../source.ts';

/** An Acura ILX of 2016; numbers of the published viewer. */
export const COMMA2016: Steering = { unit: 'deg', range: 25, ratio: 15.3, wheelbase: 2.67, sign: -1 };
const TENTHS = 10;
const RATE = 20;
/** By the viewer’s calibration the road from 8 to 40 m ahead lies between rows 140 and 46 of 160. */
const MIDDLE = 0.54;
type Hdf5 = Awaited<ReturnType<typeof loadHdf5>>;
const LAYOUT = 'a folder with camera/*.h5 and log/*.h5 of the same names, or one file of camera/';

/**
 * @param path - the folder with camera/ and log/, or one file of camera/
 * @throws DataError where files, datasets or rows are not as described above
 */
export async function readComma2016(path: string, options: ReadOptions): Promise<Source> {
  const module = await loadHdf5();
  const steering = steeringOf(COMMA2016, options.steering);
  const notes: string[] = [];
  const logs: Log[] = [];
  try {
    for (const camera of cameraFiles(resolve(path))) {
      logs.push(readPair(module, camera, steering, options, notes));
    }
  } catch (error) {
    for (const { frames } of logs) frames.close();
    throw error;
  }
  return { logs, steering, nominalRate: RATE, crop: (size) => wideCrop(size, MIDDLE), notes };
}

function cameraFiles(path: string): string[] {
  if (!existsSync(path)) throw new DataError(`${path}: not there; expected ${LAYOUT}`);
  if (statSync(path).isFile()) return [path];
  const folder = join(path, 'camera');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const files = names.filter((name) => name.endsWith('.h5') && !name.startsWith('._')).sort();
  if (files.length === 0) {
    const inside = foldersInside(path, (each) => existsSync(join(each, 'camera')), 'comma2016');
    throw new DataError(
      `${path}: no camera/*.h5${inside === '' ? `; expected ${LAYOUT}` : ` in it, but ${inside}`}`,
    );
  }
  return files.map((name) => join(folder, name));
}

function readPair(
  module: Hdf5,
  camera: string,
  steering: Steering,
  { skipBroken }: ReadOptions,
  notes: string[],
): Log {
  const name = basename(camera);
  const logPath = join(dirname(dirname(camera)), 'log', name);
  const log = openHdf5(logPath, `the log of ${camera}`);
  let columns: Columns;
  try {
    columns = readColumns(module, log, logPath);
  } finally {
    log.close();
  }
  const frames = new CameraFrames(module, camera);
  try {
    const faults = new RecordFaults();
    const found = framesOf(columns, frames.count, logPath, steering, faults);
    faults.settle({ skipBroken, remedy: 'fetch the file again' }, notes);
    if (found.length === 0) throw new DataError(`${camera}: no frame has a row in ${logPath}`);
    if (found.length < frames.count) {
      notes.push(
        `${camera}: ${frames.count - found.length} of ${frames.count} frames have no row in the log, left out`,
      );
    }
    frames.keep(found.map(({ frame }) => frame));
    return {
      name: name.replace(/\.h5$/, ''),
      labels: Float64Array.from(found, ({ label }) => label),
      times: Float64Array.from(found, ({ time }) => time),
      ordinals: Float64Array.from(found, ({ frame }) => frame),
      frames,
    };
  } catch (error) {
    frames.close();
    throw error;
  }
}

/** [rows] of the log each. */
interface Columns {
  times: Float64Array;
  angles: Float64Array;
  pointers: Float64Array;
}

function readColumns(module: Hdf5, log: File, path: string): Columns {
  const [times, angles, pointers] = ['times', 'steering_angle', 'cam1_ptr'].map((name) =>
    oneColumn(module, log, name, path),
  );
  if (angles.length !== times.length || pointers.length !== times.length) {
    throw new DataError(
      `${path}: times has ${times.length} rows, steering_angle ${angles.length}, cam1_ptr ${pointers.length}; ` +
        'expected as many of each: fetch the file again',
    );
  }
  return { times, angles, pointers };
}

/**
 * Gathers the rows of each frame. A frame of which a row cannot be used is left out: its label would be another one.
 * @param faults - takes rows that name no frame there is, or hold no finite number
 */
function framesOf(
  { times, angles, pointers }: Columns,
  count: number,
  path: string,
  steering: Steering,
  faults: RecordFaults,
) {
  const rows = Array.from({ length: count }, () => ({ sum: 0, rows: 0, time: Number.NaN, isWhole: true }));
  for (const [row, pointer] of pointers.entries()) {
    const where = `${path}: row ${row}`;
    faults.attempt(where, () => {
      const frame = rows[Math.trunc(pointer)];
      if (frame === undefined) {
        throw new DataError(
          `${where}: cam1_ptr is ${pointer}, the camera has frames 0..${count - 1}; is it the camera of this log?`,
        );
      }
      frame.isWhole &&= Number.isFinite(times[row]) && Number.isFinite(angles[row]);
      if (!Number.isFinite(times[row])) throw new DataError(`${where}: times is ${times[row]}`);
      if (frame.rows === 0) frame.time = times[row];
      frame.sum += curvature(angles[row] / TENTHS, steering, where);
      frame.rows++;
    });
  }
  return rows
    .map(({ sum, rows: n, time, isWhole }, frame) => ({
      frame,
      label: sum / n,
      time,
      isUsed: n > 0 && isWhole,
    }))
    .filter(({ isUsed }) => isUsed);
}

/** A dataset of one number a row, as float64. */
function oneColumn(module: Hdf5, file: File, name: string, path: string): Float64Array {
  const dataset = findDataset(file, name, path);
  const [rows = 0, ...rest] = dataset.shape ?? [];
  if (rows === 0 || rest.some((n) => n !== 1) || numberType(dataset) === undefined) {
    throw new DataError(
      `${path}: ${name} has the shape [${dataset.shape}]; expected one number a row, at least one`,
    );
  }
  try {
    return readColumn(module, dataset);
  } catch (error) {
    const { message, remedy } = readFault(path, error, 'Fetch the file again');
    throw new DataError(`${path}: ${name}: ${message}. ${remedy}`);
  }
}
