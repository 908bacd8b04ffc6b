/** Slurm's programs, called. What they print is made sense of elsewhere. */
import { execFile } from 'node:child_process';
import { UsageError } from '../../errors.ts';
import { slurmEnvironment } from '../../files/slurm-job.ts';

export interface Called {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type SlurmProgram = 'sbatch' | 'squeue' | 'sacct' | 'scontrol' | 'scancel' | 'sinfo';

/** A scheduler that does not answer is no answer. */
const PATIENCE_MS = 60_000;

/**
 * @param without - variables that the program is not to see
 * @returns what it printed, and its exit status
 * @throws UsageError if there is no such program
 */
export function slurm(
  program: SlurmProgram,
  args: readonly string[],
  without: readonly string[] = [],
): Promise<Called> {
  return new Promise((resolve, reject) => {
    const env = slurmEnvironment(process.env, without);
    execFile(program, args, { env, timeout: PATIENCE_MS, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const code = (error as NodeJS.ErrnoException | null)?.code as string | number | undefined;
      if (code === 'ENOENT') {
        reject(
          new UsageError(
            `--executor slurm needs Slurm’s ${program}, which is not on the PATH of this machine. Start the sweep on a ` +
              'login node of the cluster (module load slurm, on some), or leave --executor out to run it here',
          ),
        );
      } else if (error?.killed) {
        resolve({ status: 1, stdout, stderr: `${program} gave no answer in ${PATIENCE_MS / 1000} s` });
      } else resolve({ status: typeof code === 'number' ? code : error ? 1 : 0, stdout, stderr });
    });
  });
}

/** What a program complained of, without its own name before every line. */
export function complaint({ stderr, stdout, status }: Called): string {
  const text = (stderr.trim() || stdout.trim()).replaceAll(/^\w+: (?:error|fatal): /gm, '');
  return text === '' ? `status ${status}, without a word` : text;
}
