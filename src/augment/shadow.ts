/**
 * Shadow augmentation: a soft-edged band across the frame is darkened or lightened (docs/pipeline.md §2).
 *
 *     out = 255·(m·f^γ + (1 − m)·f),  f = frame/255
 *
 * with the mask m a thick, blurred line (`soft-line.ts`). Only pixels with m > 0 are computed; where m is 1 the frame
 * goes through a table of its 256 values. The result is not rounded, as in the original.
 */
import type { Stream } from '../random/stream.ts';
import { type KernelSize, SoftLine } from './soft-line.ts';

/** What varies from frame to frame. */
export interface ShadowDraw {
  /** Of the line, whole pixels, 10..99. */
  readonly thickness: number;
  readonly kernel: KernelSize;
  /** Of the line, rad, 0..π. */
  readonly angle: number;
  /** Of the line's middle from the frame's, whole pixels, −100..99. */
  readonly offsetX: number;
  /** Likewise, −30..29. */
  readonly offsetY: number;
  /** γ; above 1 darkens, below 1 lightens. */
  readonly gamma: number;
}

export interface ShadowOptions {
  /** γ is 1 + U(0, shadowGamma); 0: no shadow. */
  readonly shadowGamma: number;
  /** Probability that γ is not inverted, that is: that the shadow darkens; 0..1. */
  readonly darkeningRatio: number;
}

const KERNEL_SIZES = [3, 5, 7] as const;
/** Half the length of the line, pixels. */
const HALF_LENGTH = 200;
const CHANNELS = 3;

/** ln(v/255) of every byte v, for (v/255)^γ = exp(γ·ln(v/255)). */
const LOGARITHMS = Float64Array.from({ length: 256 }, (_, v) => Math.log(v / 255));

/** Draws one frame's shadow with the paper's distributions. */
export function drawShadow(random: Stream, { shadowGamma, darkeningRatio }: ShadowOptions): ShadowDraw {
  const thickness = random.integer(10, 100);
  const kernel = KERNEL_SIZES[random.integer(0, 3)];
  const angle = random.uniform(0, Math.PI);
  const offsetX = random.integer(-100, 100);
  const offsetY = random.integer(-30, 30);
  const gamma = 1 + random.uniform(0, shadowGamma);
  const lightens = random.uniform() >= darkeningRatio;
  return { thickness, kernel, angle, offsetX, offsetY, gamma: lightens ? 1 / gamma : gamma };
}

/** The line's end points: centre + offset ± 200·(cos, sin), truncated towards 0. */
export function shadowEnds({ angle, offsetX, offsetY }: ShadowDraw, height: number, width: number) {
  const end = (reach: number) => ({
    x: Math.trunc(reach * Math.cos(angle) + offsetX + width / 2),
    y: Math.trunc(reach * Math.sin(angle) + offsetY + height / 2),
  });
  return { from: end(HALF_LENGTH), to: end(-HALF_LENGTH) };
}

/** Casts shadows on frames of one size; holds buffers, so one is made and used for many frames. */
export class ShadowCaster {
  readonly #line: SoftLine;
  /** 255·(v/255)^γ of every byte v. */
  readonly #table = new Float32Array(256);

  constructor(height: number, width: number) {
    this.#line = new SoftLine(height, width);
  }

  /** The mask m of a draw, 0..1, [height, width]. */
  mask(draw: ShadowDraw): Float32Array {
    this.#drawLine(draw);
    return this.#line.values();
  }

  /**
   * Writes a frame's shadowed pixels; the others of `out` are left as they are.
   *
   * @param frame - [height, width, 3], 0..255
   * @param out - of the same shape, 0..255
   */
  cast(draw: ShadowDraw, frame: Uint8Array, out: Float32Array): void {
    const table = this.#table;
    const line = this.#line;
    const { width, reached, full } = line;
    this.#drawLine(draw);
    for (let v = 0; v < 256; v++) table[v] = 255 * Math.exp(draw.gamma * LOGARITHMS[v]);
    for (let y = 0; y < line.height; y++) {
      const row = y * width;
      const fullFirst = row + full.first[y];
      const fullLast = row + full.last[y];
      const last = row + reached.last[y];
      this.#castSoft(row + reached.first[y], Math.min(fullFirst - 1, last), frame, out);
      translate(table, frame, fullFirst * CHANNELS, (fullLast + 1) * CHANNELS, out);
      this.#castSoft(fullLast + 1, last, frame, out);
    }
  }

  #drawLine(draw: ShadowDraw): void {
    const { from, to } = shadowEnds(draw, this.#line.height, this.#line.width);
    this.#line.draw(from, to, draw.thickness, draw.kernel);
  }

  /** Pixels first..last, whose m lies anywhere in 0..1. */
  #castSoft(first: number, last: number, frame: Uint8Array, out: Float32Array): void {
    const table = this.#table;
    const { soft, unit } = this.#line;
    for (let pixel = first, i = first * CHANNELS; pixel <= last; pixel++, i += CHANNELS) {
      const m = soft[pixel] * unit;
      const rest = 1 - m;
      const red = frame[i];
      const green = frame[i + 1];
      const blue = frame[i + 2];
      out[i] = m * table[red] + rest * red;
      out[i + 1] = m * table[green] + rest * green;
      out[i + 2] = m * table[blue] + rest * blue;
    }
  }
}

/** out[i] = table[frame[i]] for i in first..end−1. Most of the work of a shadow; four at a time take 0.6 of the time. */
function translate(
  table: Float32Array,
  frame: Uint8Array,
  first: number,
  end: number,
  out: Float32Array,
): void {
  let i = first;
  for (; i < end - 3; i += 4) {
    out[i] = table[frame[i]];
    out[i + 1] = table[frame[i + 1]];
    out[i + 2] = table[frame[i + 2]];
    out[i + 3] = table[frame[i + 3]];
  }
  for (; i < end; i++) out[i] = table[frame[i]];
}
