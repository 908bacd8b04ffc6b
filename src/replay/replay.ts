/**
 * `ncp-train replay`: a trained model run over a recording, and what it did written down, frame by frame (docs/pipeline.md §5,
 * docs/replay.md):
 *
 *   output.csv         steering of the model beside the driver's
 *   sensory.csv        what the cell's equations see; not of `cnn`
 *   neurons.csv        the state after each frame; of lstm state_c.csv and state_h.csv; not of `cnn`
 *   weights_*.csv      the cell's weights, of lstm and ctrnn
 *   replay.json        where autonomous mode began and ended, where the state was reset, and what was run
 *   prediction.svg|png, frames/, frames.mp4     where asked for
 *
 * Everything goes out slice by slice; memory does not grow with the recording.
 */
import { basename, join } from 'node:path';
import type { PixelNoise } from '../augment/pixel-noise.ts';
import type { Compat } from '../data/batches/concatenation.ts';
import { CROP_BYTES, CROP_HEIGHT, CROP_WIDTH } from '../data/frames/crop.ts';
import type { CroppedFrames } from '../data/frames/cropped-frames.ts';
import { type GrowingFile, growingTable } from '../files/growing-file.ts';
import { makeFolder, replaceFile } from '../files/whole-file.ts';
import { findCrashes, LONGEST_STEP } from '../metrics/trace.ts';
import type { Model } from '../models/model.ts';
import { svgToPng } from '../plot/draw.ts';
import { openFrameSequence } from '../plot/frame-sequence.ts';
import { csvLine } from '../text/csv.ts';
import { type OpenReplay, openReplay, type ReplayRequest } from './open.ts';
import { predictionSvg, type SteeredPoint } from './prediction-plot.ts';
import { resets, seenFrames } from './seen-frames.ts';
import { stateNames, stateWidths, type TraceSlice, tracedFrames, traceModel } from './trace.ts';

export interface ReplayOptions extends ReplayRequest {
  /** The folder; files of the same names are replaced. */
  readonly out: string;
  readonly noise?: PixelNoise;
  readonly compat: Compat;
  /** The frames as the model saw them: as a video, or as PNG files. */
  readonly pictures?: 'video' | 'frames';
  readonly plot: boolean;
  readonly onProgress?: (framesDone: number, frames: number) => void;
}

export interface ReplayResult {
  readonly checkpoint: string;
  readonly model: string;
  readonly recording: string;
  readonly backend: string;
  readonly out: string;
  readonly frames: number;
  readonly rate_hz: number;
  readonly noise: PixelNoise | null;
  readonly compat: Compat;
  /** Null where the recording does not say, or autonomous mode was never on. */
  readonly first_autonomous: number | null;
  /** The first frame after each time that autonomous mode went off; null where the recording does not say. */
  readonly crashes: readonly number[] | null;
  /** Frames before which the state is zero; of a stretch without autonomous mode, where it is before each, its first and last. */
  readonly resets: readonly (number | readonly [number, number])[];
  /** Mean squared and mean absolute error against the driver in 1/km, over frames with a driver; null of an `.npz`. */
  readonly error: { readonly mse: number; readonly mae: number } | null;
  readonly files: readonly string[];
}

/** Points of the picture: more than a screen has columns help nobody. */
const PLOT_POINTS = 4000;

/**
 * @throws DataError, ConfigError as {@link openReplay}; DataError if a file cannot be written
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const opened = await openReplay(options);
  try {
    return await run(opened, options);
  } finally {
    opened.close();
  }
}

async function run(opened: OpenReplay, options: ReplayOptions): Promise<ReplayResult> {
  const { model, source, input, weights, backend, rate } = opened;
  const { out, noise, compat, plot } = options;
  await makeFolder(out);
  const perKilometre = 1000 / (input.label_scale * input.label_sign);
  const count = tracedFrames(source, compat);
  const stride = Math.max(1, Math.ceil(count / PLOT_POINTS));
  const points: SteeredPoint[] = [];
  const isReset = resets(source, compat);
  const sum = { squares: 0, absolutes: 0 };
  const tables: Table[] = [];
  let stretch = 0;
  let piece = 0;
  try {
    for (const described of tablesOf(model)) {
      tables.push({ ...described, file: await growingTable(join(out, described.name), described.columns) });
    }
    for await (const slice of traceModel(model, source, { noise, compat })) {
      for (const { file, lines } of tables) await file.add(lines(slice, source, perKilometre).join(''));
      for (let n = 0; n < slice.count; n++) {
        const frame = slice.first + n;
        const steered = slice.outputs[n] * perKilometre;
        const driver = source.labels && source.labels[frame] * 1000;
        if (driver !== undefined) {
          sum.squares += (steered - driver) ** 2;
          sum.absolutes += Math.abs(steered - driver);
        }
        if (isReset[frame]) stretch++;
        if (jumps(source.timestamps, frame)) piece++;
        if (frame % stride === 0) {
          points.push({
            x: source.timestamps ? source.timestamps[frame] - source.timestamps[0] : frame,
            stretch,
            piece,
            model: steered,
            driver,
          });
        }
      }
      options.onProgress?.(slice.first + slice.count, count);
    }
    for (const { file } of tables) await file.finish();
  } catch (error) {
    for (const { file } of tables) await file.discard();
    throw error;
  }

  const files = tables.map(({ name }) => name);
  for (const [name, text] of weightTables(model)) {
    await replaceFile(join(out, name), text);
    files.push(name);
  }
  if (plot) {
    const axis = source.timestamps ? 'time (s)' : 'frame';
    const svg = await predictionSvg(points, { model: model.options.model, recording: source.path, axis });
    await replaceFile(join(out, 'prediction.svg'), svg);
    await replaceFile(join(out, 'prediction.png'), await svgToPng(svg));
    files.push('prediction.svg', 'prediction.png');
  }
  if (options.pictures) files.push(await writeFrames(opened, options, options.pictures, isReset));

  const { autonomous } = source;
  const first = autonomous?.indexOf(1) ?? -1;
  const result: ReplayResult = {
    checkpoint: weights,
    model: model.options.model,
    recording: source.path,
    backend,
    out,
    frames: count,
    rate_hz: rate,
    noise: noise ?? null,
    compat,
    first_autonomous: first < 0 ? null : first,
    crashes:
      autonomous === undefined
        ? null
        : findCrashes({ time: source.timestamps ?? new Float64Array(source.frames), autonomous }).at,
    resets: inStretches(isReset.subarray(0, count)),
    error: source.labels && count > 0 ? { mse: sum.squares / count, mae: sum.absolutes / count } : null,
    files: [...files, 'replay.json'],
  };
  await replaceFile(join(out, 'replay.json'), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

type Lines = (slice: TraceSlice, source: CroppedFrames, perKilometre: number) => string[];

/** A CSV file that has a row for each frame. */
interface DescribedTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly lines: Lines;
}

interface Table extends DescribedTable {
  readonly file: GrowingFile;
}

function tablesOf(model: Model): DescribedTable[] {
  const tables: DescribedTable[] = [];
  const table = (name: string, columns: readonly string[], lines: Lines) =>
    tables.push({ name, columns, lines });
  table('output.csv', ['frame', 'time', 'autonomous', 'output', 'curvature', 'driver'], outputLines);
  if (model.kind === 'frame') return tables;
  const numbered = (name: string, width: number) => Array.from({ length: width }, (_, n) => `${name}_${n}`);
  const { inputs: S } = model.cell;
  table('sensory.csv', numbered('input', S), (slice) => matrixLines(slice.sensory as Float32Array, S));
  const widths = stateWidths(model);
  for (const [n, name] of stateNames(model).entries()) {
    const isAlone = name === 'neurons';
    table(
      isAlone ? 'neurons.csv' : `state_${name}.csv`,
      numbered(isAlone ? 'neuron' : name, widths[n]),
      (slice) => matrixLines(slice.states.get(name) as Float32Array, widths[n]),
    );
  }
  return tables;
}

/** Curvatures in 1/km; what the recording does not say stays empty. */
const outputLines: Lines = ({ first, outputs }, { timestamps, autonomous, labels }, perKilometre) =>
  Array.from(outputs, (output, n) => {
    const frame = first + n;
    return csvLine([
      frame,
      timestamps?.[frame] ?? '',
      autonomous?.[frame] ?? '',
      digits(output),
      digits(output * perKilometre),
      labels === undefined ? '' : digits(labels[frame] * 1000),
    ]);
  });

/** A float32 in as many digits as tell it from its neighbours. */
function digits(value: number): string {
  return String(Number(value.toPrecision(9)));
}

/** Rows of a matrix [n,width]. */
function matrixLines(values: Float32Array, width: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < values.length; at += width) {
    lines.push(csvLine(Array.from(values.subarray(at, at + width), digits)));
  }
  return lines;
}

/** Bare matrices, as the archive writes them of these two models. */
function weightTables(model: Model): [string, string][] {
  if (model.kind === 'frame' || !['lstm', 'ctrnn'].includes(model.options.model)) return [];
  return Array.from(model.cell.weights, ([name, tensor]) => {
    const values = tensor.dataSync<'float32'>();
    const columns = tensor.shape[tensor.rank - 1] ?? 1;
    return [`weights_${name}.csv`, matrixLines(values, columns).join('')];
  });
}

async function writeFrames(
  { source, rate }: OpenReplay,
  { out, noise, compat }: ReplayOptions,
  kind: 'video' | 'frames',
  isReset: Uint8Array,
): Promise<string> {
  const format = { width: CROP_WIDTH, height: CROP_HEIGHT, rate };
  const count = tracedFrames(source, compat);
  const sequence = await openFrameSequence(join(out, 'frames'), kind, format);
  try {
    for await (const slice of seenFrames(source, { noise, compat, slice: 32, count }, isReset)) {
      for (let n = 0; n < slice.count; n++) {
        const frame = Uint8Array.from(slice.seen.subarray(n * CROP_BYTES, (n + 1) * CROP_BYTES));
        await sequence.add(frame, slice.first + n);
      }
    }
    await sequence.finish();
  } catch (error) {
    await sequence.abandon();
    throw error;
  }
  return basename(sequence.path);
}

/** Whether the times before this frame and at it are not of one drive. */
function jumps(timestamps: Float64Array | undefined, frame: number): boolean {
  if (timestamps === undefined || frame === 0) return false;
  const elapsed = timestamps[frame] - timestamps[frame - 1];
  return elapsed > LONGEST_STEP || elapsed < 0;
}

/** Frames, or stretches of them. */
function inStretches(isReset: Uint8Array): (number | [number, number])[] {
  const stretches: (number | [number, number])[] = [];
  for (let first = 0; first < isReset.length; first++) {
    if (isReset[first] === 0) continue;
    let last = first;
    while (isReset[last + 1] === 1) last++;
    stretches.push(first === last ? first : [first, last]);
    first = last;
  }
  return stretches;
}
