/**
 * VisualBackprop (Bojarski et al. 2016, arXiv 1611.05418): which pixels of a frame a convolutional network attends to. The maps of each layer
 * are averaged over their channels; from the last layer back, the product so far is scaled up to the layer before and multiplied
 * with its average; the result is scaled to 0..1 frame by frame:
 *
 *     m ← Ā_last         m ← up(m)·Ā_l, for l back to the first         (m − min)/(max − min)
 *
 * docs/pipeline.md §5 says what the archive does, and so does this: scaling up is bilinear (the paper convolves with ones), and for the
 * head of the recurrent models the frame itself is a layer too, and every channel is divided by its maximum + 1e-4 before the average, so
 * that no channel drowns the others. The frame goes in with its brightness in 0..1, not standardised: an average below 0 would
 * turn a product's meaning round.
 *
 * Plain loops over numbers, the same on every backend; only the activations are the backend's (maps.ts).
 */

/** Of N frames the activations of a layer, [N,height,width,channels]. */
export interface LayerMaps {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** Added to a channel's maximum; docs/pipeline.md §5. */
const ABOVE_ZERO = 1e-4;

export interface BackpropOptions {
  /** Divide each channel by its maximum + 1e-4 first: the head's way. */
  readonly perChannel: boolean;
  /** Of the maps wanted. */
  readonly height: number;
  readonly width: number;
}

/**
 * @param layers - of the same N frames, from the first to the last, at least one; values ≥ 0
 * @returns [N,height,width], 0..1; all 0 where nothing tells one pixel from another
 */
export function visualBackprop(
  layers: readonly LayerMaps[],
  N: number,
  { perChannel, height, width }: BackpropOptions,
): Float32Array {
  const averages = layers.map((layer) => average(layer, N, perChannel));
  const maps = new Float32Array(N * height * width);
  for (let n = 0; n < N; n++) {
    let mask: Float32Array | undefined;
    let below: LayerMaps | undefined;
    for (let l = layers.length - 1; l >= 0; l--) {
      const layer = layers[l];
      const size = layer.height * layer.width;
      const own = averages[l].subarray(n * size, (n + 1) * size);
      if (mask === undefined || below === undefined) mask = own.slice();
      else mask = product(scaled(mask, below, layer), own);
      below = layer;
    }
    const whole = scaled(mask as Float32Array, below as LayerMaps, { height, width });
    normalise(whole);
    maps.set(whole, n * height * width);
  }
  return maps;
}

/** Over the channels: [N,height,width]. */
function average(
  { height, width, channels, values }: LayerMaps,
  N: number,
  perChannel: boolean,
): Float32Array {
  const pixels = height * width;
  const result = new Float32Array(N * pixels);
  const factor = new Float64Array(channels);
  for (let n = 0; n < N; n++) {
    const from = n * pixels * channels;
    factor.fill(perChannel ? 0 : 1 / channels);
    if (perChannel) {
      for (let i = 0; i < pixels; i++) {
        for (let c = 0; c < channels; c++) {
          const value = values[from + i * channels + c];
          if (value > factor[c]) factor[c] = value; // its maximum, for a moment
        }
      }
      for (let c = 0; c < channels; c++) factor[c] = 1 / (channels * (factor[c] + ABOVE_ZERO));
    }
    for (let i = 0; i < pixels; i++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += values[from + i * channels + c] * factor[c];
      result[n * pixels + i] = sum;
    }
  }
  return result;
}

function product(one: Float32Array, other: Float32Array): Float32Array {
  for (let i = 0; i < one.length; i++) one[i] *= other[i];
  return one;
}

function normalise(map: Float32Array): void {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of map) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const factor = high > low ? 1 / (high - low) : 0;
  for (let i = 0; i < map.length; i++) map[i] = (map[i] - low) * factor;
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Bilinear, pixel centres at (i + 0.5)·scale − 0.5, the edges going on outwards. @returns a new map, also of the same size */
export function scaled(map: Float32Array, from: Size, to: Size): Float32Array {
  if (from.height === to.height && from.width === to.width) return map.slice();
  const rows = samples(from.height, to.height);
  const columns = samples(from.width, to.width);
  const result = new Float32Array(to.height * to.width);
  for (let y = 0; y < to.height; y++) {
    const upper = rows.before[y] * from.width;
    const lower = rows.after[y] * from.width;
    const down = rows.share[y];
    for (let x = 0; x < to.width; x++) {
      const [left, right, share] = [columns.before[x], columns.after[x], columns.share[x]];
      const above = map[upper + left] + (map[upper + right] - map[upper + left]) * share;
      const under = map[lower + left] + (map[lower + right] - map[lower + left]) * share;
      result[y * to.width + x] = above + (under - above) * down;
    }
  }
  return result;
}

/** For each of `target` positions the two of `source` beside it, and the share of the second. */
function samples(source: number, target: number) {
  const before = new Int32Array(target);
  const after = new Int32Array(target);
  const share = new Float64Array(target);
  for (let i = 0; i < target; i++) {
    const position = Math.min(Math.max(((i + 0.5) * source) / target - 0.5, 0), source - 1);
    before[i] = Math.floor(position);
    after[i] = Math.min(before[i] + 1, source - 1);
    share[i] = position - before[i];
  }
  return { before, after, share };
}
