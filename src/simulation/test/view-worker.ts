/**
 * A thread that draws what the cars of test drives see: see views.ts. It makes the scenes of its roads when they are first
 * asked for and keeps them. Frames and crops lie in memory shared with whoever asks.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { addPixelNoise } from '../../augment/pixel-noise.ts';
import { CROP_BYTES, cropBox, cropInto, cropPlan, parseCrop } from '../../data/frames/crop.ts';
import { type SentError, sentError } from '../../errors.ts';
import { stream } from '../../random/stream.ts';
import { camera } from '../picture/camera.ts';
import type { Light } from '../picture/light.ts';
import { Renderer } from '../picture/render.ts';
import { createScene, type Scene } from '../picture/scene.ts';
import { Sensor } from '../picture/sensor.ts';
import { type TestRoads, testScene } from './test-roads.ts';

export interface ViewThread {
  readonly roads: TestRoads;
  /** What the camera's exposure is multiplied by; 1: as the day is. */
  readonly light: number;
}

/** What one car sees. */
export interface View {
  /** Which part of the shared memory is meant. */
  readonly slot: number;
  /** Number of the road. */
  readonly road: number;
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  /** Arc length nearby, m. */
  readonly s: number;
  /** Number of the frame in its drive. */
  readonly frame: number;
  /** Pixel noise on the crop: σ in units of full brightness, and its seed. */
  readonly noise: number;
  readonly noiseSeed: number;
  /** Whether the whole frame is wanted; else only what the model sees is drawn. */
  readonly whole: boolean;
}

export interface ViewTask {
  readonly views: readonly View[];
  /** As text; see crop.ts. */
  readonly crop: string;
  /** float32 [slots,78,200,3] */
  readonly crops: Float32Array;
  /** uint8 [slots,H,W,3] */
  readonly frames: Uint8Array;
}

/** Nothing: done. */
export type ViewReply = { readonly failed?: SentError };

const { roads, light } = (workerData ?? { roads: undefined, light: 1 }) as ViewThread;
const scenes = new Map<number, { scene: Scene; sensor: Sensor; light: Light }>();
const eye = roads && camera(roads.height, roads.width);
const renderer = eye && new Renderer(eye);
const cropped = new Uint8Array(CROP_BYTES);

function sceneOf(road: number) {
  const known = scenes.get(road);
  if (known) return known;
  const scene = createScene(testScene(roads, road));
  const seed = stream(roads.seed, 'test drive', roads.kind, road, 'sensor').integer(0, 2 ** 31);
  const made = {
    scene,
    sensor: new Sensor(scene.camera, seed),
    light: { ...scene.light, exposure: scene.light.exposure * light },
  };
  scenes.set(road, made);
  return made;
}

function draw({ views, crop, crops, frames }: ViewTask): void {
  const { height, width } = roads;
  const bytes = height * width * 3;
  const plan = cropPlan(parseCrop(crop), height, width);
  const box = cropBox(parseCrop(crop), height, width);
  for (const { slot, road, frame, noise, noiseSeed, s, whole, ...pose } of views) {
    const { scene, sensor, light: seen } = sceneOf(road);
    const picture = frames.subarray(slot * bytes, (slot + 1) * bytes);
    const part = whole ? undefined : box;
    renderer?.render(scene, pose, seen, picture, s, part);
    sensor.expose(seen, picture, frame, part);
    cropInto(plan, picture, 0, cropped, 0, 'rgb');
    const out = crops.subarray(slot * CROP_BYTES, (slot + 1) * CROP_BYTES);
    if (noise > 0) addPixelNoise(cropped, frame, { sigma: noise, seed: noiseSeed }, out);
    else out.set(cropped);
  }
}

parentPort?.on('message', (task: ViewTask) => {
  let reply: ViewReply = {};
  try {
    draw(task);
  } catch (error) {
    reply = { failed: sentError(error) };
  }
  parentPort?.postMessage(reply);
});
