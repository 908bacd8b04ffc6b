/**
 * Gaussian noise on the pixels of a cropped frame, as the paper disturbs its test drives (docs/pipeline.md §5):
 *
 *     x ← clip(x + σ·z, 0, 1)          z standard normal, drawn anew for every pixel and channel; x in 0..1
 *
 * Frames lie in 0..255 here, before and after. The draws of a frame are a function of the seed and the frame's number alone,
 * so that a replay, a saliency map and a test drive disturb the same frame alike, from wherever they start.
 *
 * paper's code: one running generator, seed 12345, that starts anew wherever the state does, and noisy frames cut to whole
 * numbers; that is {@link paperPixelNoise}, for `--compat paper`.
 */
import { RandomState } from '../random/mersenne-twister.ts';
import { stream } from '../random/stream.ts';

/** σ of the paper's disturbed test drives, in units of full brightness; docs/pipeline.md §5. */
export const PAPER_SIGMAS = [0.1, 0.2, 0.25, 0.3] as const;

/** The seed of the published scripts' noise. */
const PAPER_SEED = 12345;

const BRIGHTEST = 255;

export interface PixelNoise {
  /** σ, ≥ 0, in units of full brightness. */
  readonly sigma: number;
  /** A safe integer. */
  readonly seed: number;
}

/**
 * @param frame - 0..255, any shape
 * @param index - number of the frame in its recording, or of the step in its drive, from 0
 * @param out - takes as many numbers, 0..255, not rounded
 */
export function addPixelNoise(
  frame: Uint8Array,
  index: number,
  { sigma, seed }: PixelNoise,
  out: Float32Array,
): void {
  const draws = out.subarray(0, frame.length);
  stream(seed, 'pixel noise', index).fillNormal(draws, sigma * BRIGHTEST);
  for (let n = 0; n < draws.length; n++) draws[n] = clip(frame[n] + draws[n]);
}

/**
 * The published scripts' noise.
 *
 * @param sigma - σ, ≥ 0, in units of full brightness
 * @returns a function that disturbs one frame after the other; with `restart` it draws from the start again
 */
export function paperPixelNoise(
  sigma: number,
): (frame: Uint8Array, restart: boolean, out: Float32Array) => void {
  let draws = new RandomState(PAPER_SEED);
  return (frame, restart, out) => {
    if (restart) draws = new RandomState(PAPER_SEED);
    for (let n = 0; n < frame.length; n++) {
      const x = Math.min(Math.max(frame[n] / BRIGHTEST + sigma * draws.gauss(), 0), 1);
      out[n] = Math.floor(x * BRIGHTEST);
    }
  };
}

function clip(x: number): number {
  return x < 0 ? 0 : x > BRIGHTEST ? BRIGHTEST : x;
}
