/**
 * A recording in the paper's format out of pictures with times: each frame gets the curvature driven then as its label, and
 * what else is known of the drive beside it, under the names of src/data/recordings/drive-recording.ts. Frames whose label is not known are left out.
 */
import { CRASH, POSITION } from '../data/recordings/drive-recording.ts';
import { SEQUENCE_STARTS } from '../data/recordings/recording-layout.ts';
import {
  type ColumnValues,
  createRecording,
  type ExtraColumn,
  type RecordingFormat,
  type RecordingWriter,
} from '../data/recordings/recording-writer.ts';
import { type Driven, LONGEST_STEP } from './curvature-source.ts';
import { held, interpolated } from './resample.ts';
import type { Signals } from './signals.ts';
import { placesOf } from './track.ts';

export interface Autonomy {
  readonly mode: { readonly time: Float64Array; readonly on: Float64Array };
  /** s, when each crash was. */
  readonly crashes: readonly number[];
}

/** What is known of a drive beside its pictures. */
export interface DriveColumns {
  readonly signals: Signals;
  readonly speed?: Driven;
  readonly curvature?: Driven;
  readonly drive?: Autonomy;
}

/** Frames written at a time, and the bytes that they may take. */
const AT_ONCE = 32;
const BYTES_AT_ONCE = 32e6;

type Column = ExtraColumn & { at(times: readonly number[]): ColumnValues };

export class RecordedFrames {
  readonly #writer: RecordingWriter;
  readonly #columns: readonly Column[];
  readonly #curvature: Driven;
  readonly #crashes: readonly number[] | undefined;
  readonly #atOnce: number;
  readonly #labels: number[] = [];
  readonly #times: number[] = [];
  #waiting: { time: number; pixels: Uint8Array; isGap: boolean }[] = [];
  #leftOut = 0;
  /** Numbers of frames before which others were left out. */
  readonly #starts: number[] = [];
  /** Whether a frame was left out since the last that was written. */
  #isGap = false;

  private constructor(
    writer: RecordingWriter,
    columns: readonly Column[],
    curvature: Driven,
    crashes: readonly number[] | undefined,
    atOnce: number,
  ) {
    this.#writer = writer;
    this.#columns = columns;
    this.#curvature = curvature;
    this.#crashes = crashes;
    this.#atOnce = atOnce;
  }

  /** @throws DataError where it cannot be written */
  static async create(
    path: string,
    format: RecordingFormat,
    drive: DriveColumns & { readonly curvature: Driven },
  ): Promise<RecordedFrames> {
    const columns = columnsOf(drive);
    const extras = columns.map(({ name, type, width }) => ({ name, type, ...(width ? { width } : {}) }));
    const writer = await createRecording(path, { ...format, extras });
    const atOnce = Math.max(
      1,
      Math.min(AT_ONCE, Math.floor(BYTES_AT_ONCE / (format.height * format.width * 3))),
    );
    return new RecordedFrames(writer, columns, drive.curvature, drive.drive?.crashes, atOnce);
  }

  /**
   * @param pixels - uint8 [H,W,3]; kept until it is written
   * @param isGap - whether pictures before this one were left out
   */
  append(time: number, pixels: Uint8Array, isGap: boolean): void {
    this.#waiting.push({ time, pixels, isGap });
    if (this.#waiting.length >= this.#atOnce) this.#write();
  }

  /** @returns the labels, [N] 1/m, and how many frames had none */
  async finish(): Promise<{ labels: Float64Array; leftOut: number }> {
    this.#write();
    const crashes = this.#crashes
      ?.map((time) => this.#times.findIndex((t) => t >= time))
      .filter((n) => n >= 0);
    await this.#writer.finish({
      ...(crashes ? { [CRASH]: Int32Array.from(crashes) } : {}),
      ...(this.#starts.length > 0 ? { [SEQUENCE_STARTS]: Int32Array.from(this.#starts) } : {}),
    });
    return { labels: Float64Array.from(this.#labels), leftOut: this.#leftOut };
  }

  abort(): void {
    this.#writer.abort();
  }

  #write(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const curvature = interpolated(
      this.#curvature,
      waiting.map(({ time }) => time),
      LONGEST_STEP,
    );
    const known: typeof waiting = [];
    for (const [n, frame] of waiting.entries()) {
      const isKnown = Number.isFinite(curvature[n]);
      this.#isGap ||= frame.isGap || !isKnown;
      if (!isKnown) continue;
      const number = this.#times.length + known.length;
      if (this.#isGap && number > 0) this.#starts.push(number);
      this.#isGap = false;
      known.push(frame);
    }
    this.#leftOut += waiting.length - known.length;
    if (known.length === 0) return;
    const times = known.map(({ time }) => time);
    const labels = curvature.filter(Number.isFinite);
    const pixels = new Uint8Array(known.length * known[0].pixels.length);
    for (const [n, each] of known.entries()) pixels.set(each.pixels, n * each.pixels.length);
    const extras = Object.fromEntries(this.#columns.map((column) => [column.name, column.at(times)]));
    this.#writer.append(pixels, labels, Float64Array.from(times), extras);
    for (const label of labels) this.#labels.push(label);
    for (const time of times) this.#times.push(time);
  }
}

/** Of every quantity that the bag has; NaN where it is not known at a frame. */
function columnsOf({ signals, speed, drive }: DriveColumns): Column[] {
  const { gps, quantities } = signals;
  const line = (name: string, series: { time: Float64Array; value: Float64Array }): Column => ({
    name,
    type: 'float64',
    at: (times) => interpolated(series, times, LONGEST_STEP),
  });
  const columns: Column[] = [];
  if (drive !== undefined) {
    // Where the switch is silent its last word counts, before its first it was off: a frame has to have one of the two.
    const series = { time: drive.mode.time, value: drive.mode.on };
    const at = (times: readonly number[]) =>
      Uint8Array.from(held(series, times, Number.POSITIVE_INFINITY), (v) => v || 0);
    columns.push({ name: 'autonomous', type: 'uint8', at });
  }
  if (gps !== undefined) {
    const { east, north } = placesOf(gps);
    const [x, y] = [east, north].map((value) => line(POSITION, { time: gps.time, value }));
    const at = (times: readonly number[]) => {
      const [xs, ys] = [x.at(times), y.at(times)];
      return Float64Array.from({ length: 2 * times.length }, (_, i) => (i % 2 === 0 ? xs : ys)[i >> 1]);
    };
    columns.push({ name: POSITION, type: 'float64', width: 2, at });
  }
  if (speed !== undefined) columns.push(line('speed', speed));
  if (quantities.steering !== undefined) columns.push(line('steering', quantities.steering));
  return columns;
}
