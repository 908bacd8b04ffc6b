/**
 * The environment that Slurm's programs are called with. A user's SQUEUE_PARTITION, say, hides jobs from squeue, and what
 * it does not print would count as ended; and sbatch hands on to a new job what the array task has of its array that calls it.
 */
const ANSWERS = /^(?:SQUEUE|SACCT|SCANCEL|SINFO)_/;
const OF_THIS_TASK = /^SLURM_(?:ARRAY_\w+|RESTART_COUNT)$/;

/**
 * @param environment - of this process
 * @param without - more variables to leave out
 */
export function slurmEnvironment(
  environment: NodeJS.ProcessEnv,
  without: readonly string[] = [],
): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !ANSWERS.test(name) && !OF_THIS_TASK.test(name) && !without.includes(name),
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C', SLURM_TIME_FORMAT: 'standard' };
}
