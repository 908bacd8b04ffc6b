/**
 * Makes one recording: for each of its rounds a scene, a drive through it, and for every frame the picture, the curvature
 * driven and where the car was. Everything follows from the job.
 */
import { createRecording } from '../../data/recordings/recording-writer.ts';
import { stream } from '../../random/stream.ts';
import { type Camera, camera } from '../picture/camera.ts';
import { Renderer } from '../picture/render.ts';
import { createScene } from '../picture/scene.ts';
import { Sensor } from '../picture/sensor.ts';
import { Drive } from '../road/drive.ts';
import { type RoadStyle, roadStyle } from '../road/road-kind.ts';
import {
  type DrivenFrame,
  driveFrames,
  planDrive,
  type RecordingJob,
  roundKey,
  roundsOf,
  START,
} from './driven-frames.ts';

/** Further float64 [N] datasets of every recording: m, m, rad, m/s, m to the left of the road's middle. */
export const EXTRAS = ['position_x', 'position_y', 'heading', 'speed', 'lateral_offset'] as const;

/** Frames written at once. */
const BLOCK = 8;

/**
 * Makes a recording and gives it its name once it is whole.
 * @param path - of the file
 * @param compress - compresses the frames
 * @param onFrames - called now and then with the number of frames made since the last call
 * @throws DataError when the disk is full or fails
 */
export async function generateRecording(
  path: string,
  job: RecordingJob,
  compress: boolean,
  onFrames: (count: number) => void,
): Promise<void> {
  const { kind, seed, name, height, width } = job;
  const eye = camera(height, width);
  const { halfWidth, lane } = roadStyle(kind, stream(seed, 'scene', kind, name, 'style'));
  const renderer = new Renderer(eye);
  const sensor = new Sensor(eye, stream(seed, 'sensor', kind, name).integer(0, 2 ** 31));
  const attributes = attributesOf(eye, { lane, halfWidth }, job);
  const writer = await createRecording(path, { height, width, compress, extras: [...EXTRAS], attributes });
  try {
    const frameBytes = height * width * 3;
    const pictures = new Uint8Array(BLOCK * frameBytes);
    let block: DrivenFrame[] = [];
    let key = 0;
    const flush = () => {
      const { curvature, timestamp, ...extras } = columnsOf(block);
      writer.append(pictures.subarray(0, block.length * frameBytes), curvature, timestamp, extras);
      onFrames(block.length);
      block = [];
    };
    let before: number | undefined;
    let east = 0;
    for (const round of roundsOf(job)) {
      const plan = planDrive(job, round);
      const own = roundKey(job, round);
      const scene = createScene({ kind, seed, key: own, length: plan.length, halfWidth, height, width });
      const drive = new Drive(scene.road, scene.style, plan.pace, START, stream(seed, 'drive', kind, ...own));
      for (const frame of driveFrames(job, round, plan, drive, before)) {
        const picture = pictures.subarray(block.length * frameBytes, (block.length + 1) * frameBytes);
        renderer.render(scene, frame, scene.light, picture, frame.s);
        sensor.expose(scene.light, picture, key++);
        block.push({ ...frame, x: frame.x + east });
        before = frame.timestamp;
        if (block.length === BLOCK) flush();
      }
      east += plan.length; // no road turns back, so they lie one behind the other
    }
    if (block.length > 0) flush();
    await writer.finish();
  } catch (error) {
    writer.abort();
    throw error;
  }
}

/** What stands in the file: m, rad, pixels. */
function attributesOf(
  { cameraHeight, pitch, fx, fy, cx, cy }: Camera,
  { lane, halfWidth }: Pick<RoadStyle, 'lane' | 'halfWidth'>,
  { kind, seed }: RecordingJob,
): Record<string, number | string> {
  return {
    source: 'simulated by ncp-train',
    road: kind,
    seed,
    camera_height: cameraHeight,
    camera_pitch: pitch,
    fx,
    fy,
    cx,
    cy,
    lane_offset: lane,
    road_width: 2 * halfWidth,
  };
}

function columnsOf(frames: readonly DrivenFrame[]) {
  const column = (value: (frame: DrivenFrame) => number) => Float64Array.from(frames, value);
  return {
    curvature: column((frame) => frame.curvature),
    timestamp: column((frame) => frame.timestamp),
    position_x: column((frame) => frame.x),
    position_y: column((frame) => frame.y),
    heading: column((frame) => frame.heading),
    speed: column((frame) => frame.speed),
    lateral_offset: column((frame) => frame.offset),
  };
}
