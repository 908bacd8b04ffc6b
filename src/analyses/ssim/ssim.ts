/**
 * `ncp-train analyse ssim`: tables and pictures of noise-similarity.ts and drive-crashes.ts, for several models
 * (docs/replay.md):
 *
 *   ssim.csv, ssim.svg|png           similarity by model and noise
 *   crashes.csv, crashes.svg|png     of the test drives, where given
 *   ssim.json                        both, and what was run
 */

import { writeOutputs } from '../../plot/output-folder.ts';
import { csvText } from '../../text/csv.ts';
import { type CrashCount, driveCrashes } from './drive-crashes.ts';
import { noiseSimilarity, type Similarity, type SimilarityRequest } from './noise-similarity.ts';
import { crashesSvg, similaritySvg } from './ssim-plot.ts';

export interface SsimRequest extends Omit<SimilarityRequest, 'checkpoint' | 'onProgress'> {
  readonly checkpoints: readonly string[];
  /** Recorded test drives, or folders of them. */
  readonly drives: readonly string[];
  readonly out: string;
  readonly onProgress?: (checkpoint: string, mapsDone: number, maps: number) => void;
}

export interface SsimResult {
  readonly recording: string;
  readonly seed: number;
  readonly models: readonly Similarity[];
  /** Null where no drives were given. */
  readonly crashes: readonly CrashCount[] | null;
  readonly out: string;
  readonly files: readonly string[];
}

/** @throws DataError, ConfigError as `openReplay` and `driveCrashes` */
export async function ssim(request: SsimRequest): Promise<SsimResult> {
  const { checkpoints, drives, out, recording, seed } = request;
  const crashes = drives.length === 0 ? null : await driveCrashes(drives);
  const models: Similarity[] = [];
  const labelled: (Similarity & { label: string })[] = [];
  for (const checkpoint of checkpoints) {
    const onProgress = (done: number, maps: number) => request.onProgress?.(checkpoint, done, maps);
    const rows = await noiseSimilarity({ ...request, checkpoint, onProgress });
    models.push(...rows);
    labelled.push(...rows.map((row) => ({ ...row, label: row.model })));
  }
  const numberOf = new Map(
    [...new Set(models.map(({ checkpoint }) => checkpoint))].map((path, n) => [path, n + 1]),
  );
  for (const row of labelled) {
    const isAmbiguous = labelled.some(
      (other) => other.model === row.model && other.checkpoint !== row.checkpoint,
    );
    if (isAmbiguous) row.label = `${row.model}, checkpoint ${numberOf.get(row.checkpoint)}`;
  }
  const pictures: Record<string, string> = { ssim: await similaritySvg(labelled) };
  const tables: Record<string, string> = {
    'ssim.csv': csvText(models, ['model', 'checkpoint', 'sigma', 'variance', 'frames', 'ssim', 'ssim_std']),
  };
  if (crashes) {
    pictures.crashes = await crashesSvg(crashes);
    tables['crashes.csv'] = csvText(crashes, ['model', 'sigma', 'variance', 'drives', 'crashes']);
  }
  const result = { recording, seed, models, crashes, out };
  const files = await writeOutputs(out, pictures, {
    ...tables,
    'ssim.json': `${JSON.stringify(result, null, 2)}\n`,
  });
  return { ...result, files };
}
