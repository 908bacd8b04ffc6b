/** What the commands have in common that run a checkpoint over a recording. */
import { basename, extname } from 'node:path';
import type { PixelNoise } from '../augment/pixel-noise.ts';
import { one } from './operands.ts';

export const replayOperands = {
  checkpoint: one('a run’s folder (its best checkpoint), a checkpoint’s folder, or a weights file'),
  recording: one('HDF5 (.h5), or a NumPy archive (.npz) with camera [N,H,W,3] and auto [N]'),
};

/** @returns undefined for none */
export function noiseOf(options: {
  readonly noise?: number;
  readonly noise_seed: number;
}): PixelNoise | undefined {
  const { noise, noise_seed: seed } = options;
  return noise === undefined || noise === 0 ? undefined : { sigma: noise, seed };
}

/** Last part of a path without its ending. */
export const stem = (path: string) => basename(path, extname(path));
