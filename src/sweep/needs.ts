/**
 * What each planned run needs when a sweep is started: nothing, to be started, to go on. A run that was made with other
 * options or data is no run of this plan, and the whole sweep is refused, as a single run would be.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';
import { lockOwner } from '../files/lock.ts';
import { compare, RECORD_FILE, readRun } from '../train/run/run-record.ts';
import { fewerEpochs, untrainedRun } from '../train/run/trained-so-far.ts';
import type { PlannedRun } from './plan.ts';

export interface Need {
  readonly run: PlannedRun;
  /** `running`: a living process has it, which this sweep did not start. */
  readonly what: 'finished' | 'start' | 'resume' | 'running';
}

/**
 * @param fingerprints - of the runs' data, by name
 * @throws ConfigError naming each run that differs from its plan
 */
export async function needsOf(
  sessions: string,
  runs: readonly PlannedRun[],
  fingerprints: ReadonlyMap<string, string>,
): Promise<Need[]> {
  const faults: string[] = [];
  const needs: Need[] = [];
  for (const run of runs) {
    const folder = join(sessions, run.name);
    const { what, differences } = await needOf(folder, run, fingerprints.get(run.name));
    if (differences.length > 0) faults.push(`${run.name}: ${differences.join('; ')}`);
    needs.push({ run, what });
  }
  if (faults.length > 0) {
    const shown = faults.length > 5 ? [...faults.slice(0, 5), `and ${faults.length - 5} more`] : faults;
    throw new ConfigError(
      `${sessions} has runs of other options or data under these names; --base_path makes others beside them, ` +
        `--sessions_dir another folder\n  ${shown.join('\n  ')}`,
    );
  }
  return needs;
}

async function needOf(
  folder: string,
  { options }: PlannedRun,
  fingerprint: string | undefined,
): Promise<{ what: Need['what']; differences: readonly string[] }> {
  if (!existsSync(join(folder, RECORD_FILE))) return { what: 'start', differences: [] };
  try {
    const recorded = await readRun(folder);
    if (await untrainedRun(folder)) return await unlessRunning(folder, 'start');
    const { forbidden, goesOn } = compare(recorded, options, { fingerprint });
    const fewer = await fewerEpochs(folder, options);
    const differences = fewer === undefined ? forbidden : [...forbidden, fewer];
    if (differences.length > 0) return { what: 'resume', differences };
    if (recorded.record.state === 'finished' && !goesOn) return { what: 'finished', differences: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { what: 'resume', differences: [] }; // damaged: the run itself says so, and stands as failed
  }
  return unlessRunning(folder, 'resume');
}

async function unlessRunning(folder: string, what: 'start' | 'resume') {
  return { what: (await lockOwner(folder)) === undefined ? what : ('running' as const), differences: [] };
}
