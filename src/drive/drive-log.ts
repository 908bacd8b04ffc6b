/**
 * What is kept of one drive: the numbers for its metrics, and its recording (data/recordings/drive-recording.ts), written as the drive
 * goes on. Frames of a drive whose frames are not kept are not written; everything else is.
 */

import { type DriveAttributes, driveExtras } from '../data/recordings/drive-recording.ts';
import {
  type ColumnValues,
  createRecording,
  type RecordingWriter,
} from '../data/recordings/recording-writer.ts';
import type { DriveTrace } from '../metrics/trace.ts';
import type { Course } from './course.ts';

export interface LogOptions {
  readonly path: string;
  /** Of the frames, pixels. */
  readonly height: number;
  readonly width: number;
  readonly frames: boolean;
  readonly units: Readonly<Record<string, number>>;
  /** m to the left of the road's middle, where the car should be. */
  readonly lane: number;
  readonly attributes: DriveAttributes & Readonly<Record<string, number | string>>;
}

/** What the model made of a frame. */
export interface Thought {
  readonly output: number;
  /** By the dataset's name, [units]. */
  readonly states: Readonly<Record<string, Float32Array>>;
}

/** Frames written at once. */
const BLOCK = 16;

export async function startLog(options: LogOptions): Promise<DriveLog> {
  const { path, height, width, frames, units, lane, attributes } = options;
  const writer = await createRecording(path, {
    height,
    width,
    frames,
    extras: driveExtras(units),
    attributes: { source: 'driven by ncp-train', lane_offset: lane, ...attributes },
  });
  return new DriveLog(options, writer);
}

export class DriveLog {
  readonly #options: LogOptions;
  readonly #writer: RecordingWriter;
  readonly #pictures: Uint8Array;
  readonly #block: Map<string, ColumnValues>;
  #used = 0;
  #frames = 0;
  readonly #crashes: number[] = [];
  readonly #trace = {
    time: [] as number[],
    autonomous: [] as number[],
    speed: [] as number[],
    curvature: [] as number[],
    lateralOffset: [] as number[],
    steering: [] as number[],
  };

  constructor(options: LogOptions, writer: RecordingWriter) {
    this.#options = options;
    this.#writer = writer;
    const { height, width, frames, units } = options;
    this.#pictures = new Uint8Array(frames ? BLOCK * height * width * 3 : 0);
    const arrays = { float64: Float64Array, float32: Float32Array, uint8: Uint8Array };
    this.#block = new Map<string, ColumnValues>([
      ['inverse_r', new Float64Array(BLOCK)],
      ['timestamp', new Float64Array(BLOCK)],
      ...driveExtras(units).map(({ name, type, width: row = 1 }): [string, ColumnValues] => [
        name,
        new arrays[type](BLOCK * row),
      ]),
    ]);
  }

  /** Of the drive so far. */
  get trace(): DriveTrace {
    return this.#trace;
  }

  /**
   * Adds the course's frame.
   * @param picture - uint8 [H,W,3]
   * @throws DataError when the disk is full or fails
   */
  add(course: Course, picture: Uint8Array, { output, states }: Thought): void {
    const { time, autonomous, crashed, motion } = course;
    const n = this.#used;
    if (crashed) this.#crashes.push(this.#frames);
    if (this.#options.frames) this.#pictures.set(picture, n * picture.length);
    const row = (name: string, ...values: number[]) => this.#block.get(name)?.set(values, n * values.length);
    row('timestamp', time);
    row('inverse_r', motion.curvature);
    row('autonomous', autonomous ? 1 : 0);
    row('position', motion.x, motion.y);
    row('heading', motion.heading);
    row('speed', motion.speed);
    row('lateral_offset', motion.offset);
    row('steering', motion.steering);
    row('model_output', output);
    for (const [name, values] of Object.entries(states)) {
      this.#block.get(`states/${name}`)?.set(values, n * values.length);
    }
    const { trace } = this;
    (trace.time as number[]).push(time);
    (trace.autonomous as number[]).push(autonomous ? 1 : 0);
    this.#trace.speed.push(motion.speed);
    this.#trace.curvature.push(motion.curvature);
    this.#trace.lateralOffset.push(motion.offset - this.#options.lane);
    this.#trace.steering.push(motion.steering);
    this.#frames++;
    if (++this.#used === BLOCK) this.#flush();
  }

  /** @throws DataError when the disk is full or fails */
  async finish(): Promise<void> {
    if (this.#used > 0) this.#flush();
    await this.#writer.finish({ crash: Int32Array.from(this.#crashes) });
  }

  abort(): void {
    this.#writer.abort();
  }

  #flush(): void {
    const { height, width, frames } = this.#options;
    const part = (name: string) => {
      const block = this.#block.get(name) as ColumnValues;
      return block.subarray(0, (block.length / BLOCK) * this.#used);
    };
    const extras = Object.fromEntries(Array.from(this.#block.keys(), (name) => [name, part(name)]));
    const { inverse_r, timestamp, ...others } = extras;
    const pictures = this.#pictures.subarray(0, frames ? this.#used * height * width * 3 : 0);
    this.#writer.append(pictures, inverse_r as Float64Array, timestamp as Float64Array, others);
    this.#used = 0;
  }
}
