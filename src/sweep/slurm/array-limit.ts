/** How many tasks the cluster takes in one array. */
import { ConfigError } from '../../errors.ts';
import { slurm } from './programs.ts';

/**
 * @returns Infinity where the cluster does not say; sbatch then says what it does not take
 * @throws ConfigError if the cluster takes no arrays
 */
export async function arrayLimit(): Promise<number> {
  const { status, stdout } = await slurm('scontrol', ['show', 'config']);
  if (status !== 0) return Number.POSITIVE_INFINITY;
  // Places count from 0, and MaxArraySize is one above the highest.
  const size = numberIn(/^\s*MaxArraySize\s*=\s*(\d+)\s*$/im, stdout);
  const tasks = numberIn(/^\s*SchedulerParameters\s*=.*\bmax_array_tasks=(\d+)/im, stdout);
  if (size === 0) {
    throw new ConfigError(
      'this cluster takes no job arrays (MaxArraySize is 0), which a sweep is made of; ask for them, or run ' +
        'ncp-train passive in jobs of your own',
    );
  }
  return Math.min(size, tasks);
}

const numberIn = (pattern: RegExp, text: string) => {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? Number.POSITIVE_INFINITY : Number(digits);
};
