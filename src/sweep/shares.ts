/** How a machine is shared out among the runs of a local sweep. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { UsageError } from '../errors.ts';

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

// How much memory a process takes, and how much a machine has to give.

export const GB = 1e9;

/** @returns resident bytes of a process with all its threads; undefined if it is gone */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    if (process.platform === 'linux') {
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
    return Number(stdout) * 1024;
  } catch {
    return undefined;
  }
}

/** What the machine, or the container this process is in, has in all. */
export function totalBytes(): number {
  const constrained = process.constrainedMemory(); // 0 or a number beyond all memory where there is no limit
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
