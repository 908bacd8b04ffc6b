/**
 * `ncp-train drive`: every model at every noise level, some drives each, all drives of a model in one loop. Roads, pushes and
 * noise are the same for all models. Leaves a recording of each drive and the metrics of all.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '../backend/choose.ts';
import type { BackendName } from '../backend/names.ts';
import { UsageError } from '../errors.ts';
import { acquireLock, type Lock } from '../files/lock.ts';
import { replaceFile } from '../files/whole-file.ts';
import { drivesAsCsv, drivesAsJson } from '../metrics/formats.ts';
import { type DriveMetrics, measureDrive } from '../metrics/metrics.ts';
import { type DriveGroup, summariseDrives } from '../metrics/summary.ts';
import type { DriveOptions } from '../options/schema.ts';
import { camera } from '../simulation/picture/camera.ts';
import { Views } from '../simulation/test/views.ts';
import { driveLoop, type LoopDrive, type Sight } from './closed-loop.ts';
import { type DriveLog, startLog } from './drive-log.ts';
import { driveName, labelsOf, prepareFolder, requireRoom } from './output-files.ts';
import { driverPilot, modelPilot, type Pilot } from './pilot.ts';
import { openRecordedDrive, recordedCourse, recordedSight, refuseOtherRate } from './recorded-drive.ts';
import { roadCourse, roadSight, roadsOf } from './road-course.ts';

/** What stands for a checkpoint where the simulation's own driver is to drive. */
export const OWN_DRIVER = 'driver';

export interface DriveRequest {
  /** Runs, checkpoints or weights files, or `driver`. */
  readonly checkpoints: readonly string[];
  readonly options: DriveOptions;
  /** Deletes drives that are in the folder already. */
  readonly force: boolean;
  /** @param share - of all drives, 0..1, that lies behind. @param what - is driven */
  readonly onProgress: (share: number, what: string) => void;
  readonly onNote: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface DriveResult {
  readonly out: string;
  readonly backend: BackendName;
  readonly models: readonly DrivenModel[];
  /** Model by model, noise level by noise level. */
  readonly groups: readonly DriveGroup[];
  readonly noises: readonly number[];
  /** Seconds that cars drove, and that it took, scenes and loading not counted. */
  readonly carSeconds: number;
  readonly seconds: number;
  /** Names of the files in the folder, without those of pictures and videos. */
  readonly files: readonly string[];
  /** Of those the recordings whose frames are kept, each with the weights that drove. */
  readonly withFrames: readonly { readonly file: string; readonly weights: string }[];
}

export interface DrivenModel {
  readonly label: string;
  readonly checkpoint: string;
  readonly weights: string;
}

/** The drives of one model, and what they see. */
interface Prepared {
  readonly courses: readonly (LoopDrive['course'] & { readonly progress: number })[];
  readonly lanes: readonly number[];
  readonly roadWidths: readonly (number | undefined)[];
  readonly sight: Sight;
}

/** Where models drive: on simulated roads, or over a recording. */
interface Ground {
  readonly height: number;
  readonly width: number;
  /** Frames of one drive, at most about. */
  readonly frames: number;
  readonly attributes: Readonly<Record<string, number | string>>;
  prepare(pilot: Pilot, plan: readonly RunPlan[]): Prepared;
  close(): Promise<void> | void;
}

interface RunPlan {
  readonly run: number;
  readonly noise: number;
  readonly noiseSeed: number;
  readonly isRecorded: boolean;
}

/**
 * @throws UsageError, DataError, ConfigError for what cannot be driven; nothing is written then
 * @throws the signal's reason
 */
export async function runDrives(request: DriveRequest): Promise<DriveResult> {
  const { checkpoints, options, force, onNote } = request;
  if (checkpoints.length === 0) {
    throw new UsageError('which model? Give a run, a checkpoint or a weights file, or the word driver');
  }
  const noises = options.noise.split(',').map(Number);
  const runs = options.runs ?? (options.on === undefined ? 10 : 1);
  const plan = noises.flatMap((noise) =>
    Array.from({ length: runs }, (_, run): RunPlan => {
      const isRecorded = options.record === 'all' || (options.record === 'first' && run === 0);
      return { run, noise, noiseSeed: options.noise_seed + run, isRecorded };
    }),
  );
  const backend = await useBackend(options.backend, { threads: options.threads });
  const pilots: Pilot[] = [];
  let ground: Ground | undefined;
  let lock: Lock | undefined;
  try {
    for (const checkpoint of checkpoints) {
      pilots.push(checkpoint === OWN_DRIVER ? driverPilot() : await modelPilot(checkpoint, plan.length));
    }
    ground =
      options.on === undefined
        ? simulatedGround(options, runs, plan.length)
        : await recordedGround(options, options.on, pilots, onNote);
    lock = await acquireLock(options.out, { onWait: onNote });
    prepareFolder(options.out, force);
    const kept = plan.filter(({ isRecorded }) => isRecorded).length * pilots.length;
    await requireRoom(options.out, kept * ground.frames * ground.height * ground.width * 3);
    return await driveAll(request, { pilots, ground, plan, noises, backend });
  } finally {
    await lock?.release();
    await ground?.close();
    for (const pilot of pilots) pilot.close();
  }
}

interface Setting {
  readonly pilots: readonly Pilot[];
  readonly ground: Ground;
  readonly plan: readonly RunPlan[];
  readonly noises: readonly number[];
  readonly backend: BackendName;
}

async function driveAll(request: DriveRequest, setting: Setting): Promise<DriveResult> {
  const { checkpoints, options, onProgress, signal } = request;
  const { pilots, ground, plan, noises, backend } = setting;
  const labels = labelsOf(pilots.map(({ model }) => model));
  const groups: DriveGroup[] = [];
  const files: string[] = [];
  const withFrames: { file: string; weights: string }[] = [];
  let [carSeconds, seconds] = [0, 0];
  for (const [m, pilot] of pilots.entries()) {
    const label = labels[m];
    const { courses, lanes, roadWidths, sight } = ground.prepare(pilot, plan);
    const logs: DriveLog[] = [];
    const metrics: DriveMetrics[] = [];
    try {
      for (const [slot, { run, noise, noiseSeed, isRecorded }] of plan.entries()) {
        const file = `${driveName(label, noise, run)}.h5`;
        const width = roadWidths[slot];
        const attributes = {
          model: pilot.model,
          checkpoint: pilot.weights,
          label_scale: pilot.labelScale,
          frame_rate: pilot.rate,
          noise,
          noise_seed: noiseSeed,
          road_seed: options.road_seed,
          run: run + 1,
          light: options.light,
          push: options.push,
          ...ground.attributes,
          ...(width === undefined ? {} : { road_width: width }),
        };
        const { height, width: columns } = ground;
        const path = join(options.out, file);
        const { units } = pilot;
        logs.push(
          await startLog({
            path,
            height,
            width: columns,
            frames: isRecorded,
            units,
            lane: lanes[slot],
            attributes,
          }),
        );
        files.push(file);
        if (isRecorded) withFrames.push({ file, weights: pilot.weights });
      }
      const drives = courses.map((course, slot) => ({ course, log: logs[slot] }));
      // Scenes are made when they are first seen; that is no part of driving.
      await sight.see(courses.map((_, slot) => slot));
      const started = performance.now();
      const say = () => {
        const share = courses.reduce((sum, { progress }) => sum + progress, 0) / courses.length;
        onProgress((m + share) / pilots.length, label);
      };
      await driveLoop(pilot, drives, sight, say, signal);
      seconds += (performance.now() - started) / 1000;
      for (const [slot, log] of logs.entries()) {
        await log.finish();
        metrics.push(measureDrive(log.trace, { where: files[files.length - logs.length + slot] }));
        carSeconds += duration(log.trace.time);
      }
    } catch (error) {
      for (const log of logs) log.abort();
      throw error;
    }
    const runs = plan.length / noises.length;
    for (const [level, noise] of noises.entries()) {
      const own = metrics.slice(level * runs, (level + 1) * runs);
      groups.push({ label: { model: label, noise }, summary: summariseDrives(own) });
    }
  }
  const models = pilots.map(({ weights }, m) => ({ label: labels[m], checkpoint: checkpoints[m], weights }));
  const result = {
    out: options.out,
    backend,
    models,
    groups,
    noises,
    carSeconds,
    seconds,
    withFrames,
    files: [...files, 'metrics.csv', 'metrics.json'],
  };
  await replaceFile(join(options.out, 'metrics.csv'), `${drivesAsCsv(groups)}\n`);
  await replaceFile(
    join(options.out, 'metrics.json'),
    `${JSON.stringify({ ...resultAsJson(result), options }, null, 2)}\n`,
  );
  return result;
}

/** As plain values for JSON. */
export function resultAsJson({ out, backend, models, groups, carSeconds, seconds, files }: DriveResult) {
  return {
    out,
    backend,
    models,
    car_seconds: carSeconds,
    seconds,
    car_seconds_per_second: carSeconds / seconds,
    files,
    ...drivesAsJson(groups),
  };
}

const duration = (time: ArrayLike<number>) => (time.length < 2 ? 0 : time[time.length - 1] - time[0]);

/** What the slowest drive along its road takes, m/s: bends are driven no slower. */
const SLOWEST = 5;

function simulatedGround(options: DriveOptions, runs: number, slots: number): Ground {
  const roads = roadsOf(options);
  const threads = options.workers === 0 ? availableParallelism() : options.workers;
  const views = new Views(roads, runs, slots, options.light, threads);
  const { cameraHeight, pitch, fx, fy, cx, cy } = camera(roads.height, roads.width);
  return {
    height: roads.height,
    width: roads.width,
    frames: Math.ceil(Math.min(roads.distance / SLOWEST, roads.seconds) * 30),
    attributes: {
      road: roads.kind,
      camera_height: cameraHeight,
      camera_pitch: pitch,
      fx,
      fy,
      cx,
      cy,
    },
    prepare: (pilot, plan) => {
      const made = plan.map(({ run }) => roadCourse(roads, run, options.push, pilot.rate));
      const drives = plan.map((each, slot) => ({ ...each, course: made[slot].course }));
      return {
        courses: made.map(({ course }) => course),
        lanes: made.map(({ lane }) => lane),
        roadWidths: made.map(({ roadWidth }) => roadWidth),
        sight: roadSight(views, drives, pilot, roads),
      };
    },
    close: () => views.close(),
  };
}

async function recordedGround(
  options: DriveOptions,
  file: string,
  pilots: readonly Pilot[],
  onNote: (text: string) => void,
): Promise<Ground> {
  const drive = await openRecordedDrive(file, options.speed);
  const { camera: eye, assumed, recording } = drive;
  try {
    for (const pilot of pilots) refuseOtherRate(pilot, file, drive);
  } catch (error) {
    drive.close();
    throw error;
  }
  if (assumed.length > 0) {
    onNote(`${file} does not give ${assumed.join(', ')} of its camera; the paper's are assumed`);
  }
  const { height, width, frames, name } = recording.info;
  const seconds = options.seconds ?? Number.POSITIVE_INFINITY;
  return {
    height,
    width,
    frames,
    attributes: {
      on: name,
      camera_height: eye.cameraHeight,
      camera_pitch: eye.pitch,
      fx: eye.fx,
      fy: eye.fy,
      cx: eye.cx,
      cy: eye.cy,
    },
    prepare: (pilot, plan) => {
      const runs = plan.map((each) => ({
        ...each,
        course: recordedCourse(drive, pilot, { unseen: options.unseen, seconds }),
      }));
      return {
        courses: runs.map(({ course }) => course),
        lanes: runs.map(() => 0),
        roadWidths: runs.map(() => undefined),
        sight: recordedSight(drive, runs, pilot),
      };
    },
    close: () => drive.close(),
  };
}
