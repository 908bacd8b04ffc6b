/** How a machine is shared out among the runs of a local sweep. */
import { availableParallelism } from 'node:os';
import { UsageError } from '../errors.ts';
import { GB, totalBytes } from './memory.ts';

export interface Shares {
  /** Runs at a time. */
  readonly jobs: number;
  /** Cores of each. */
  readonly cores: number;
  /** What was made less of than was asked for, and why. */
  readonly note?: string;
}

/**
 * @param asked - `jobs` and `cpus`, 0 for what suits the machine; `memory` in GB, 0 for any
 * @param runs - how many there are to do
 * @param machine - for tests
 * @throws UsageError if not even one run has its memory
 */
export function sharesOf(
  asked: { readonly jobs: number; readonly cpus: number; readonly memory: number },
  runs: number,
  machine: { readonly cores: number; readonly bytes: number } = {
    cores: availableParallelism(),
    bytes: totalBytes(),
  },
): Shares {
  const { cores, bytes } = machine;
  const fitting = asked.memory > 0 ? Math.floor(bytes / (asked.memory * GB)) : Number.POSITIVE_INFINITY;
  if (fitting < 1) {
    throw new UsageError(
      `--memory ${asked.memory}: this machine has ${(bytes / GB).toFixed(1)} GB, not enough for one run`,
    );
  }
  const suiting = asked.cpus > 0 ? Math.max(1, Math.floor(cores / asked.cpus)) : cores;
  const wanted = Math.max(1, Math.min(asked.jobs || suiting, runs));
  const jobs = Math.min(wanted, fitting);
  const note =
    jobs < wanted
      ? `${jobs} run${jobs === 1 ? '' : 's'} at a time, not ${wanted}: ${(bytes / GB).toFixed(1)} GB of memory hold no more of ${asked.memory} GB each`
      : undefined;
  return { jobs, cores: asked.cpus || Math.max(1, Math.floor(cores / jobs)), note };
}
