/**
 * A thick line (`thick-line.ts`) blurred by a small Gaussian kernel: the mask of the shadow augmentation, equal to
 * OpenCV 4.1's to the last bit. Built for speed: in nearly every row the line is one run of columns, so the blurred
 * line is 1 inside a run, 0 outside another, and only the pixels between are computed, in whole numbers. The few rows
 * with a hole in their run are blurred pixel by pixel.
 */
import { type Canvas, type Point, paintThickLine } from './thick-line.ts';

/** Width of the Gaussian kernel, pixels. */
export type KernelSize = 3 | 5 | 7;

/** A blur's weights as whole numbers. */
interface Kernel {
  readonly weights: Uint8Array;
  readonly sum: number;
  /** Running sums of the weights: what the blur makes of an edge. */
  readonly ramp: Uint8Array;
}

/** OpenCV's fixed kernels for these widths when no deviation is given. */
const KERNELS: Record<KernelSize, Kernel> = {
  3: kernelOf(1, 2, 1),
  5: kernelOf(1, 4, 6, 4, 1),
  7: kernelOf(2, 7, 14, 18, 14, 7, 2),
};

function kernelOf(...weights: number[]): Kernel {
  let sum = 0;
  const ramp = weights.map((weight) => {
    sum += weight;
    return sum;
  });
  return { weights: Uint8Array.from(weights), ramp: Uint8Array.from(ramp), sum };
}

/** One run of columns first..last in every row; first > last where there is none. */
export interface Runs {
  readonly first: Int16Array;
  readonly last: Int16Array;
}

/** A mask m of 0..1 over pixels [height, width]; holds its buffers, so one is made and drawn many times. */
export class SoftLine implements Canvas {
  readonly height: number;
  readonly width: number;
  /** Columns of every row in which m can be above 0. */
  readonly reached: Runs;
  /** Columns of every row, within those, in which m is 1 for sure. */
  readonly full: Runs;
  /** m divided by `unit`, [height, width]; defined where `reached` and not `full`. */
  readonly soft: Uint16Array;
  /** Of `soft`; changes with the kernel. */
  unit = 1;

  /** 1 where the line is painted, [height, width]. */
  readonly #painted: Uint8Array;
  /** The painted line blurred along its rows, times the kernel's sum, [height, width]. */
  readonly #blurred: Uint8Array;
  /** First and last painted column of every row. */
  readonly #line: Runs;
  /** The columns about those painted first in a row that have no hole for sure; `line` where that has none. */
  readonly #solid: Runs;
  /** Columns of every row that the blur along the row leaves at 1. */
  readonly #flat: Runs;

  constructor(height: number, width: number) {
    const runs = () => ({ first: new Int16Array(height), last: new Int16Array(height) });
    this.height = height;
    this.width = width;
    this.reached = runs();
    this.full = runs();
    this.soft = new Uint16Array(height * width);
    this.#painted = new Uint8Array(height * width);
    this.#blurred = new Uint8Array(height * width);
    this.#line = runs();
    this.#solid = runs();
    this.#flat = runs();
  }

  /**
   * Replaces the mask by a line.
   *
   * @param from - end point, whole pixels, may lie outside
   * @param thickness - whole pixels, 2 or more
   */
  draw(from: Point, to: Point, thickness: number, size: KernelSize): void {
    const kernel = KERNELS[size];
    this.unit = 1 / kernel.sum ** 2;
    this.#painted.fill(0);
    for (let y = 0; y < this.height; y++) {
      set(this.#line, y, this.width, -1);
      set(this.#solid, y, this.width, -1);
    }
    paintThickLine(this, from, to, thickness);
    this.#blurRows(kernel);
    this.#blurColumns(kernel);
  }

  /** The mask m, [height, width], in full; to look at and to test with. */
  values(): Float32Array {
    const { height, width, reached, full, soft, unit } = this;
    const mask = new Float32Array(height * width);
    for (let y = 0; y < height; y++) {
      for (let x = reached.first[y]; x <= reached.last[y]; x++) {
        const isFull = x >= full.first[y] && x <= full.last[y];
        mask[y * width + x] = isFull ? 1 : soft[y * width + x] * unit;
      }
    }
    return mask;
  }

  /** Paints columns first..last of row y; called by {@link paintThickLine}. */
  run(y: number, first: number, last: number): void {
    if (y < 0 || y >= this.height) return;
    const from = Math.max(first, 0);
    const to = Math.min(last, this.width - 1);
    if (from > to) return;
    if (from === to) this.#painted[y * this.width + from] = 1;
    else this.#painted.fill(1, y * this.width + from, y * this.width + to + 1);
    widen(this.#line, y, from, to);
    if (this.#solid.last[y] < 0 || (from <= this.#solid.last[y] + 1 && to >= this.#solid.first[y] - 1)) {
      widen(this.#solid, y, from, to);
    }
  }

  /** `painted` → `blurred`, with rows mirrored at their ends. */
  #blurRows({ weights, ramp, sum }: Kernel): void {
    const { width } = this;
    const blurred = this.#blurred;
    const line = this.#line;
    const flat = this.#flat;
    const reach = weights.length >> 1;
    blurred.fill(0);
    for (let y = 0; y < this.height; y++) {
      const row = y * width;
      const first = line.first[y];
      const last = line.last[y];
      set(flat, y, width, -1);
      if (first > last) continue;
      const left = Math.max(first - reach, 0);
      const right = Math.min(last + reach, width - 1);
      const flatFirst = first === 0 ? 0 : first + reach;
      const flatLast = last === width - 1 ? last : last - reach;
      if (flatFirst > flatLast || this.#hasHole(y)) {
        this.#blurPart(weights, row, left, right);
        continue;
      }
      // Where the mirrored end of the row holds nothing of the line, its edge becomes the kernel's ramp.
      if (first > reach) for (let k = 0; k < 2 * reach; k++) blurred[row + left + k] = ramp[k];
      else this.#blurPart(weights, row, left, flatFirst - 1);
      blurred.fill(sum, row + flatFirst, row + flatLast + 1);
      if (last < width - 1 - reach) for (let k = 0; k < 2 * reach; k++) blurred[row + right - k] = ramp[k];
      else this.#blurPart(weights, row, flatLast + 1, right);
      set(flat, y, flatFirst, flatLast);
    }
  }

  /** Whether a pixel between the first and the last painted one of row y is not. */
  #hasHole(y: number): boolean {
    const { width } = this;
    const line = this.#line;
    const solid = this.#solid;
    const painted = this.#painted;
    if (solid.first[y] === line.first[y] && solid.last[y] === line.last[y]) return false;
    const next = painted.indexOf(0, y * width + line.first[y]);
    return next >= 0 && next < y * width + line.last[y];
  }

  /** Columns first..last of `blurred`, of the row that starts at pixel `row`. */
  #blurPart(weights: Uint8Array, row: number, first: number, last: number): void {
    const { width } = this;
    const painted = this.#painted;
    const blurred = this.#blurred;
    const size = weights.length;
    const reach = size >> 1;
    for (let x = first; x <= last; x++) {
      let value = 0;
      for (let k = 0; k < size; k++) value += weights[k] * painted[row + mirrored(x + k - reach, width)];
      blurred[row + x] = value;
    }
  }

  /** `blurred` → `soft`, with columns mirrored at their ends; finds `reached` and `full`. */
  #blurColumns({ weights }: Kernel): void {
    const { height, width, reached, full } = this;
    const line = this.#line;
    const flat = this.#flat;
    const size = weights.length;
    const reach = size >> 1;
    for (let y = 0; y < height; y++) {
      let first = width;
      let last = -1;
      let fullFirst = 0;
      let fullLast = width - 1;
      for (let k = 0; k < size; k++) {
        const row = mirrored(y + k - reach, height);
        first = Math.min(first, line.first[row]);
        last = Math.max(last, line.last[row]);
        fullFirst = Math.max(fullFirst, flat.first[row]);
        fullLast = Math.min(fullLast, flat.last[row]);
      }
      if (first > last) set(reached, y, width, -1);
      else set(reached, y, Math.max(first - reach, 0), Math.min(last + reach, width - 1));
      // An empty full run at the row's end leaves everything before it to `soft`.
      if (fullFirst > fullLast) set(full, y, width, width - 1);
      else set(full, y, fullFirst, fullLast);
      this.#sumColumns(weights, y, reached.first[y], Math.min(full.first[y] - 1, reached.last[y]));
      this.#sumColumns(weights, y, full.last[y] + 1, reached.last[y]);
    }
  }

  /** Columns first..last of row y of `soft`. */
  #sumColumns(weights: Uint8Array, y: number, first: number, last: number): void {
    if (first > last) return;
    const { height, width, soft } = this;
    const blurred = this.#blurred;
    const reach = weights.length >> 1;
    const to = y * width;
    // The kernel is symmetric: rows at the same distance above and below share a weight.
    const middle = weights[reach];
    for (let x = first; x <= last; x++) soft[to + x] = middle * blurred[to + x];
    for (let k = 1; k <= reach; k++) {
      const weight = weights[reach + k];
      const above = mirrored(y - k, height) * width;
      const below = mirrored(y + k, height) * width;
      for (let x = first; x <= last; x++) soft[to + x] += weight * (blurred[above + x] + blurred[below + x]);
    }
  }
}

function set(runs: Runs, y: number, first: number, last: number): void {
  runs.first[y] = first;
  runs.last[y] = last;
}

function widen(runs: Runs, y: number, first: number, last: number): void {
  if (first < runs.first[y]) runs.first[y] = first;
  if (last > runs.last[y]) runs.last[y] = last;
}

/** Index n of a row of `size` mirrored about its first and last entries: … 2 1 0 1 2 … */
function mirrored(n: number, size: number): number {
  if (n < 0) return -n;
  return n < size ? n : 2 * (size - 1) - n;
}
