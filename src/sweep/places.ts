/** Where a sweep keeps what belongs to a run of it but is not the run: `sessions/sweep/logs/passive-wm_session-experiment_0.log`. */
import { join } from 'node:path';
import { SWEEP_FOLDER } from './sweep-file.ts';

const fileName = (run: string) => run.replaceAll('/', '-');

/** What the run printed, all its attempts. */
export const logPath = (sessions: string, run: string): string =>
  join(sessions, SWEEP_FOLDER, 'logs', `${fileName(run)}.log`);

/** How its last attempt ended, see outcome.ts. */
export const outcomePath = (sessions: string, run: string): string =>
  join(sessions, SWEEP_FOLDER, 'outcomes', `${fileName(run)}.json`);

/** Scripts and outputs of a submission to a scheduler. */
export const submissionFolder = (sessions: string, name: string): string =>
  join(sessions, SWEEP_FOLDER, 'slurm', name);
