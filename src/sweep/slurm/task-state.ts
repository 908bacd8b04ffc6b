/** Slurm's words for the state of a task, and what they mean for a run. */
import type { SweepRunState } from '../run-state.ts';

export interface TaskState {
  /** `17_3`: the array job and the place in it. */
  readonly id: string;
  /** `done`: ended well as far as Slurm knows; the run itself says whether it is finished. */
  readonly is: Extract<SweepRunState, 'queued' | 'running' | 'failed' | 'cancelled' | 'timed out'> | 'done';
  /** Slurm's own, with its reason. */
  readonly words: string;
}

/** States of `man squeue`, "JOB STATE CODES". */
const MEANING: Readonly<Record<string, TaskState['is']>> = {
  PENDING: 'queued',
  CONFIGURING: 'queued',
  REQUEUED: 'queued',
  REQUEUE_FED: 'queued',
  REQUEUE_HOLD: 'queued',
  SPECIAL_EXIT: 'queued',
  RESV_DEL_HOLD: 'queued',
  RUNNING: 'running',
  COMPLETING: 'running',
  STAGE_OUT: 'running',
  SIGNALING: 'running',
  SUSPENDED: 'running',
  STOPPED: 'running',
  RESIZING: 'running',
  COMPLETED: 'done',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
  TIMEOUT: 'timed out',
  DEADLINE: 'timed out',
  FAILED: 'failed',
  NODE_FAIL: 'failed',
  BOOT_FAIL: 'failed',
  OUT_OF_MEMORY: 'failed',
  PREEMPTED: 'failed',
};

/**
 * What is left of a batch script whose output file could not be opened: the reason of `squeue`, the exit code of `sacct`
 * (errno ESLURMD_IO_ERROR, shown as a signal).
 */
const NO_OUTPUT = ['JobLaunchFailure', '0:53'];

/**
 * @param word - of `squeue` or `sacct`; the latter's `CANCELLED by 0` too
 * @param reason - of `squeue`, or an exit code such as `7:0`; None where there is none
 */
export function taskState(id: string, word: string, reason: string): TaskState {
  const state = word.split(' ')[0].replace(/\+$/, '');
  const is = MEANING[state] ?? 'failed';
  if (is === 'failed' && NO_OUTPUT.includes(reason)) {
    return {
      ...{ id, is },
      words: `${state} ${reason}: its node did not start it, most likely since it could not write the output file. Is the sessions folder on a file system that the node can write?`,
    };
  }
  const says = ['', 'None', '(null)', '0', '0:0'].includes(reason) ? state : `${state} ${reason}`;
  return { id, is, words: says };
}
