/**
 * How much of what a model attends to survives pixel noise: the structural similarity of the saliency maps of clean and disturbed
 * frames, over the noise's variance, per model; and, where test drives were recorded, how often each model crashed under that noise
 * (Fig. 4 of the paper; docs/pipeline.md §5). Frames are taken evenly over the recording, each disturbed as a replay would disturb it.
 */
import { addPixelNoise } from '../../augment/pixel-noise.ts';
import { CROP_BYTES, CROP_HEIGHT, CROP_WIDTH } from '../../data/frames/crop.ts';
import { openReplay, type ReplayRequest } from '../../replay/open.ts';
import { deviation, mean } from '../../text/statistics.ts';
import { MAP_SIZE, saliencyMaps } from '../saliency/maps.ts';
import { structuralSimilarity } from './structural-similarity.ts';

export interface SimilarityRequest extends ReplayRequest {
  /** σ of each noise, in units of full brightness. */
  readonly sigmas: readonly number[];
  readonly seed: number;
  /** Frames to take, at least 1; fewer where the recording has fewer. */
  readonly frames: number;
  readonly onProgress?: (mapsDone: number, maps: number) => void;
}

/** A model under a noise. */
export interface Similarity {
  readonly model: string;
  readonly checkpoint: string;
  readonly sigma: number;
  readonly variance: number;
  readonly frames: number;
  /** Over the frames: mean and standard deviation (divisor n). */
  readonly ssim: number;
  readonly ssim_std: number;
}

/** Frames at once: their activations take some 40 MB. */
const BATCH = 32;

/** @throws DataError, ConfigError as `openReplay` */
export async function noiseSimilarity(request: SimilarityRequest): Promise<Similarity[]> {
  const { sigmas, seed } = request;
  const { model, source, weights, close } = await openReplay(request);
  try {
    const count = Math.min(request.frames, source.frames);
    const chosen = Array.from({ length: count }, (_, n) => Math.floor(((n + 0.5) * source.frames) / count));
    const found = sigmas.map(() => [] as number[]);
    for (let from = 0; from < count; from += BATCH) {
      const some = chosen.slice(from, from + BATCH);
      const bytes = new Uint8Array(some.length * CROP_BYTES);
      const frameOf = (n: number) => bytes.subarray(n * CROP_BYTES, (n + 1) * CROP_BYTES);
      for (const [n, index] of some.entries()) await source.read(index, 1, frameOf(n));
      const clean = saliencyMaps(model, Float32Array.from(bytes));
      for (const [s, sigma] of sigmas.entries()) {
        const noisy = new Float32Array(bytes.length);
        for (const [n, index] of some.entries()) {
          addPixelNoise(frameOf(n), index, { sigma, seed }, noisy.subarray(n * CROP_BYTES));
        }
        const disturbed = saliencyMaps(model, noisy);
        for (let n = 0; n < some.length; n++) {
          const mapOf = (maps: Float32Array) => maps.subarray(n * MAP_SIZE, (n + 1) * MAP_SIZE);
          found[s].push(structuralSimilarity(mapOf(clean), mapOf(disturbed), CROP_HEIGHT, CROP_WIDTH));
        }
        request.onProgress?.(from * sigmas.length + (s + 1) * some.length, count * sigmas.length);
      }
    }
    return sigmas.map((sigma, s) => ({
      model: model.options.model,
      checkpoint: weights,
      sigma,
      variance: sigma ** 2,
      frames: count,
      ssim: mean(found[s]),
      ssim_std: deviation(found[s]),
    }));
  } finally {
    close();
  }
}
