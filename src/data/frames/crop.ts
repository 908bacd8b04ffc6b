/**
 * The part of a camera frame that a model sees, 78×200 RGB (docs/pipeline.md §1): a box given in fractions of the frame,
 * resized as OpenCV 4.1 resizes a float32 image with its default bilinear sampling, then truncated to bytes.
 * Bit-exact with the published scripts (test/golden/README.md, "crop.h5"), hence the roundings to float32 one by one.
 * All indices and weights are computed once per frame size (`cropPlan`); the loops over pixels are crop-kernel.ts's.
 */
import { UsageError } from '../../errors.ts';
import { CropKernel } from './crop-kernel.ts';

/** Rows, columns and channels of every cropped frame, and its bytes. */
export const CROP_HEIGHT = 78;
export const CROP_WIDTH = 200;
export const CROP_BYTES = CROP_HEIGHT * CROP_WIDTH * 3;

/** Edges of a box as fractions 0..1 of the frame: left and right of its width, top and bottom of its height. */
export interface CropBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export type CropSpec = 'paper' | 'full' | CropBox;

/** Order of the channels in a recorded frame; a cropped one is always RGB. */
export type ChannelOrder = 'rgb' | 'bgr';

/** The paper's box, for a camera of 1208×1920. */
const PAPER: CropBox = { left: 520 / 1920, top: 590 / 1208, right: 1440 / 1920, bottom: 950 / 1208 };
const FULL: CropBox = { left: 0, top: 0, right: 1, bottom: 1 };

/**
 * @param text - `paper`, `full`, or `left,top,right,bottom` in fractions 0..1
 * @throws UsageError for anything else
 */
export function parseCrop(text: string): CropSpec {
  if (text === 'paper' || text === 'full') return text;
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [left, top, right, bottom] = numbers;
  const inside = numbers.length === 4 && numbers.every((edge) => edge >= 0 && edge <= 1);
  if (!inside || left >= right || top >= bottom) {
    throw new UsageError(
      `crop "${text}": expected paper, full, or left,top,right,bottom as fractions 0..1 of the frame ` +
        'with left < right and top < bottom, e.g. 0,0.4,1,0.9',
    );
  }
  return { left, top, right, bottom };
}

/** The text that {@link parseCrop} reads back. */
export function cropText(spec: CropSpec): string {
  return typeof spec === 'string' ? spec : [spec.left, spec.top, spec.right, spec.bottom].join(',');
}

/** Half-open box of pixels: rows top..bottom−1, columns left..right−1. */
export type PixelBox = CropBox;

/**
 * The box in pixels, each edge rounded half to even, as Python's `round`.
 * @param height - of the frame, pixels
 * @param width - of the frame, pixels
 * @throws UsageError for a box of less than 2×2 pixels
 */
export function cropBox(spec: CropSpec, height: number, width: number): PixelBox {
  const box = spec === 'paper' ? PAPER : spec === 'full' ? FULL : spec;
  const left = roundHalfToEven(box.left * width);
  const right = roundHalfToEven(box.right * width);
  const top = roundHalfToEven(box.top * height);
  const bottom = roundHalfToEven(box.bottom * height);
  if (right - left < 2 || bottom - top < 2) {
    throw new UsageError(
      `crop ${cropText(spec)} leaves ${bottom - top}×${right - left} pixels of a frame of ${height}×${width}; ` +
        'at least 2×2 are needed. Give a larger box with --crop',
    );
  }
  return { left, top, right, bottom };
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Two neighbours and their weights for every position of one axis. */
interface Samples {
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly weightBefore: Float32Array;
  readonly weightAfter: Float32Array;
}

/** What `cropInto` needs to know about frames of one size; it has buffers, so one caller uses it at a time. */
export interface CropPlan {
  /** Bytes of a source frame: height·width·3. */
  readonly sourceBytes: number;
  /** Where the box's rows begin and end in a source frame, in bytes. */
  readonly from: number;
  readonly to: number;
  /** Where the two source rows for each of the 78 begin, in bytes from `from`. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly kernel: CropKernel;
}

/**
 * Indices and weights for frames of one size.
 * @throws UsageError for a box of less than 2×2 pixels
 */
export function cropPlan(spec: CropSpec, height: number, width: number): CropPlan {
  const { left, top, right, bottom } = cropBox(spec, height, width);
  const rowBytes = width * 3;
  const rows = axisSamples(bottom - top, CROP_HEIGHT);
  const columns = axisSamples(right - left, CROP_WIDTH);
  // At its ends OpenCV gives the edge column the whole weight, but mixes the edge row with itself, which may round.
  for (let x = 0; x < CROP_WIDTH; x++) {
    if (columns.before[x] === columns.after[x]) {
      columns.weightBefore[x] = 1;
      columns.weightAfter[x] = 0;
    }
  }
  /** Byte 3x + c of a cropped row is channel `order[c]` of column x. */
  const perByte = (order: readonly number[]) =>
    Array.from({ length: CROP_WIDTH * 3 }, (_, i) => {
      const x = Math.floor(i / 3);
      const byte = (column: number) => (left + column) * 3 + order[i % 3];
      return {
        before: byte(columns.before[x]),
        after: byte(columns.after[x]),
        weightBefore: columns.weightBefore[x],
        weightAfter: columns.weightAfter[x],
      };
    });
  return {
    sourceBytes: height * rowBytes,
    from: top * rowBytes,
    to: bottom * rowBytes,
    before: rows.before.map((row) => row * rowBytes),
    after: rows.after.map((row) => row * rowBytes),
    kernel: new CropKernel(
      { rgb: perByte([0, 1, 2]), bgr: perByte([2, 1, 0]) },
      Array.from(rows.weightBefore, (weight, y) => [weight, rows.weightAfter[y]]),
      (bottom - top) * rowBytes,
    ),
  };
}

/**
 * Bilinear sampling of one axis: pixel centres at (i + 0.5)·scale − 0.5, in float32, clamped to the ends.
 * @param source - pixels there are
 * @param target - pixels wanted
 */
function axisSamples(source: number, target: number): Samples {
  const samples: Samples = {
    before: new Int32Array(target),
    after: new Int32Array(target),
    weightBefore: new Float32Array(target),
    weightAfter: new Float32Array(target),
  };
  const scale = source / target;
  const clamp = (index: number) => Math.min(Math.max(index, 0), source - 1);
  for (let i = 0; i < target; i++) {
    const position = Math.fround((i + 0.5) * scale - 0.5);
    const floor = Math.floor(position);
    const fraction = Math.fround(position - floor);
    samples.before[i] = clamp(floor);
    samples.after[i] = clamp(floor + 1);
    samples.weightBefore[i] = 1 - fraction;
    samples.weightAfter[i] = fraction;
  }
  return samples;
}

/**
 * Crops one frame: horizontally h = a·(1−f) + b·f, then vertically the same of two rows h, every product and sum
 * rounded to float32, then truncated.
 *
 * @param plan - of this frame's size
 * @param source - frames [·,H,W,3], uint8
 * @param at - where the frame starts in `source`
 * @param out - takes 46,800 bytes [78,200,3], RGB, from `outAt`
 * @param channelOrder - of `source`
 */
export function cropInto(
  plan: CropPlan,
  source: Uint8Array,
  at: number,
  out: Uint8Array,
  outAt: number,
  channelOrder: ChannelOrder,
): void {
  const { kernel, before, after } = plan;
  kernel.load(source.subarray(at + plan.from, at + plan.to));
  let [upper, lower] = [0, 1]; // which of the kernel's two rows is which
  let [upperRow, lowerRow] = [-1, -1]; // the source row that each holds
  for (let y = 0; y < CROP_HEIGHT; y++) {
    if (before[y] !== upperRow) {
      [upper, lower, upperRow, lowerRow] = [lower, upper, lowerRow, upperRow];
      if (before[y] !== upperRow) kernel.resizeRow(before[y], channelOrder, upper);
      upperRow = before[y];
    }
    if (after[y] !== lowerRow) {
      kernel.resizeRow(after[y], channelOrder, lower);
      lowerRow = after[y];
    }
    kernel.mixRows(upper, lower, y);
  }
  out.set(kernel.cropped, outAt);
}
