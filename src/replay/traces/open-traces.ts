/**
 * From the arguments of an analysis to its traces: checkpoints and one recording, over which each is replayed, or test drives
 * that hold their states. What ends like a recording is one. Models that should not be compared are compared all the same, with
 * a warning.
 */
import { dirname, resolve } from 'node:path';
import { openDriveRecording } from '../../data/recordings/drive-recording.ts';
import { UsageError } from '../../errors.ts';
import { differences } from '../../results/comparability.ts';
import { groupOf } from '../../results/model-group.ts';
import { readOwnRun } from '../../results/runs/own-run.ts';
import { runOfCheckpoint } from '../../train/run/checkpoint-origin.ts';
import { isRecording } from '../../train/weights-of.ts';
import { recordedTrace } from './recorded.ts';
import { type ReplayOptions, replayedTrace } from './replayed.ts';
import type { TraceSource } from './trace-source.ts';

export interface Traces {
  readonly sources: readonly TraceSource[];
  /** What makes the models or drives unlike each other. */
  readonly warnings: readonly string[];
  /** The recording, or the drive of each source. */
  driveOf(source: TraceSource): string;
}

/**
 * @param purpose - what is to be made of them, for messages
 * @throws UsageError for arguments that are neither of the two
 * @throws DataError, ConfigError for what cannot be read
 */
export async function openTraces(
  paths: readonly string[],
  purpose: string,
  options: ReplayOptions,
): Promise<Traces> {
  const recordings = paths.filter(isRecording);
  const checkpoints = paths.filter((path) => !isRecording(path));
  if (recordings.length === 0) {
    throw new UsageError(
      `${purpose} needs a recording (.h5, .npz) behind the checkpoints, or test drives that hold states; got ${paths.join(' ') || 'nothing'}`,
    );
  }
  if (checkpoints.length > 0 && recordings.length > 1) {
    throw new UsageError(
      `checkpoints are replayed over one recording, got ${recordings.length}: ${recordings.join(', ')}`,
    );
  }
  const label = labels();
  const sources: TraceSource[] = [];
  try {
    for (const checkpoint of checkpoints) {
      sources.push(await replayedTrace(label, checkpoint, recordings[0], options));
    }
    if (checkpoints.length === 0) {
      for (const drive of recordings) sources.push(await recordedTrace(label, drive, purpose));
    }
    const warnings = checkpoints.length > 0 ? await unlikeRuns(sources) : await unlikeDrives(sources);
    return {
      sources,
      warnings,
      driveOf: ({ path }) => (checkpoints.length > 0 ? recordings[0] : path),
    };
  } catch (error) {
    for (const source of sources) source.close();
    throw error;
  }
}

/** `lstm`, and for a second one `lstm-2`. */
function labels(): (model: string) => string {
  const used = new Map<string, number>();
  return (named) => {
    const model = named.replaceAll(/[^\w.-]/g, '_'); // it becomes part of file names
    const count = (used.get(model) ?? 0) + 1;
    used.set(model, count);
    return count === 1 ? model : `${model}-${count}`;
  };
}

async function unlikeRuns(sources: readonly TraceSource[]): Promise<string[]> {
  if (sources.length < 2) return [];
  const warnings: string[] = [];
  const groups = [];
  for (const { path, label } of sources) {
    const run = await runOfCheckpoint(path).catch(() => undefined);
    if (run) groups.push(groupOf(dirname(resolve(run.folder)), label, [await readOwnRun(run.folder)]));
    else warnings.push(`${label} (${path}) lies in no run: on what it was trained is not recorded`);
  }
  return [...warnings, ...differences(groups)];
}

async function unlikeDrives(sources: readonly TraceSource[]): Promise<string[]> {
  const attributes = await Promise.all(
    sources.map(async ({ path }) => {
      const drive = await openDriveRecording(path);
      try {
        return drive.attributes();
      } finally {
        drive.close();
      }
    }),
  );
  return ['road_seed', 'noise', 'frame_rate'].flatMap((name) => {
    const values = attributes.map((one) => one[name]);
    if (new Set(values).size < 2) return [];
    const who = sources.map(({ label }, n) => `${values[n] ?? 'not recorded'} (${label})`);
    return [`the drives differ in ${name}: ${who.join(', ')}`];
  });
}
