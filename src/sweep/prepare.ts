/**
 * What all runs of a sweep share, made before the first of them starts: the cache of cropped frames, one entry a
 * recording, whatever the number of runs. On the way it is known whether every fold can be trained, and on which data.
 */

import { readFolds } from '../data/batches/folds.ts';
import { activeSplit, passiveSplit } from '../data/batches/split.ts';
import { type CachedRecording, openCached } from '../data/frames/frame-cache.ts';
import { resolveDataset } from '../data/recordings/dataset-config.ts';
import { ConfigError, DataError, NcpTrainError } from '../errors.ts';
import { dataFingerprint } from '../train/training-data.ts';
import type { PlannedRun } from './plan.ts';

/** Of what the cache and the split depend on. */
const SOURCE = ['data', 'crop', 'channel_order', 'cache_dir'] as const;

/**
 * @param onProgress - called while a recording is cropped
 * @returns fingerprint of its data, by name of the run
 * @throws DataError if recordings are missing or cannot be used, or ConfigError, naming every fold that cannot be trained
 */
export async function prepareData(
  runs: readonly PlannedRun[],
  onProgress?: (recording: string, framesDone: number, frames: number) => void,
): Promise<Map<string, string>> {
  const bySource = new Map<string, PlannedRun[]>();
  for (const run of runs) {
    const key = JSON.stringify(SOURCE.map((name) => run.options[name] ?? null));
    bySource.set(key, [...(bySource.get(key) ?? []), run]);
  }
  const fingerprints = new Map<string, string>();
  const faults = new Map<string, NcpTrainError>();
  for (const group of bySource.values()) {
    const { data, crop, channel_order, cache_dir } = group[0].options;
    const dataset = await resolveDataset(data, { crop, channel_order });
    const recordings: CachedRecording[] = [];
    for (const path of dataset.recordings) {
      const name = path.slice(dataset.dir.length + 1);
      recordings.push(
        await openCached(path, {
          crop: dataset.crop,
          channelOrder: dataset.channelOrder,
          cacheDir: cache_dir,
          onProgress: (done, frames) => onProgress?.(name, done, frames),
        }),
      );
    }
    const fingerprint = dataFingerprint(recordings);
    const judged = new Set<string>();
    for (const run of group) {
      fingerprints.set(run.name, fingerprint);
      const fold = run.command === 'passive' ? `${run.options.folds} ${run.options.experiment_id}` : 'active';
      if (judged.has(fold)) continue;
      judged.add(fold);
      try {
        if (run.command === 'active') activeSplit(recordings);
        else passiveSplit(recordings, cutOf(run.options.folds) ?? dataset.folds, run.options.experiment_id);
      } catch (error) {
        if (!(error instanceof NcpTrainError)) throw error;
        faults.set(error.message, error);
      }
    }
  }
  const [first, ...others] = faults.values();
  if (first && others.length === 0) throw first;
  if (first) {
    const Fault = [first, ...others].every((one) => one instanceof DataError) ? DataError : ConfigError;
    throw new Fault(
      `these runs cannot be trained on their recordings:\n  ${[...faults.keys()].join('\n  ')}`,
    );
  }
  return fingerprints;
}

const cutOf = (folds: string | undefined) => (folds === undefined ? undefined : readFolds(folds));
