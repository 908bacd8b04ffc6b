/**
 * Hands runs to Slurm: one job array, and behind it the job that writes the summary. Nothing is submitted twice: a
 * submission stands in `sweep.json` under a name of its own before `sbatch` is called, so that the job of a sweep that was
 * killed at that moment is found again by this name.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SweepControl } from '../../../config/schema.ts';
import { ConfigError } from '../../../errors.ts';
import { writeFailure } from '../../durable.ts';
import { submissionFolder } from '../places.ts';
import type { PlannedRun } from '../plan.ts';
import { type Submission, type SweepRecord, writeSweep } from '../sweep-file.ts';
import { reportScript, type TasksScript, tasksScript } from './batch-script.ts';
import { complaint, slurm } from './programs.ts';

const ENTRY = fileURLToPath(new URL('../../../../bin/ncp-train.js', import.meta.url));

export interface Submitted {
  readonly submission: Submission;
  /** The batch script. */
  readonly script: string;
  /** Why there is no job that writes the summary. */
  readonly note?: string;
}

/**
 * @param record - of the sweep; what is submitted is added to it on disk
 * @throws UsageError without sbatch; ConfigError with the scheduler's own words where it refuses; DataError for a folder
 *   that cannot be written
 */
export async function submitRuns(
  sessions: string,
  record: SweepRecord,
  runs: readonly PlannedRun[],
  control: SweepControl,
): Promise<Submitted> {
  await slurm('sbatch', ['--version']);
  const name = `ncp-train-${randomBytes(4).toString('hex')}`;
  const outputs = resolve(submissionFolder(sessions, name));
  const shown = join(submissionFolder(sessions, name), 'tasks.sh');
  const script: TasksScript = {
    ...{ name, outputs, cwd: record.cwd, argv: record.argv, sessions: resolve(sessions) },
    runs: runs.map((run) => run.name),
    cores: control.cpus || 1,
    memory: control.memory,
    ...{ partition: control.partition, time: control.time, gres: control.gres, sbatch: control.sbatch },
    arrayLimit: control.array_limit,
    signalAhead: control.signal_ahead,
    program: [process.execPath, ENTRY],
  };
  const tasks = join(outputs, 'tasks.sh');
  await write(outputs, tasks, tasksScript(script));

  const submission: Submission = { name, at: new Date().toISOString(), runs: script.runs };
  await writeSweep(sessions, { ...record, submissions: [...record.submissions, submission] });
  const answer = await slurm('sbatch', ['--parsable', tasks]);
  if (answer.status !== 0) {
    await writeSweep(sessions, record);
    throw new ConfigError(await refusal(complaint(answer), control, shown));
  }
  const job = jobNumber(answer.stdout);
  const withJob = { ...submission, job };
  await writeSweep(sessions, { ...record, submissions: [...record.submissions, withJob] });

  const path = join(outputs, 'report.sh');
  await write(outputs, path, reportScript(script, job));
  const report = await slurm('sbatch', ['--parsable', path]);
  if (report.status !== 0) return { submission: withJob, script: shown, note: complaint(report) };
  const whole = { ...withJob, report: jobNumber(report.stdout) };
  await writeSweep(sessions, { ...record, submissions: [...record.submissions, whole] });
  return { submission: whole, script: shown };
}

/** `17`, or `17;cluster`. */
const jobNumber = (stdout: string) => stdout.trim().split(';')[0];

async function write(folder: string, path: string, text: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, text, { mode: 0o755 });
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** The scheduler's own words, then what can be done. */
async function refusal(
  words: string,
  { partition, time, gres }: SweepControl,
  script: string,
): Promise<string> {
  const hints: string[] = [];
  if (/partition/i.test(words)) {
    const { stdout } = await slurm('sinfo', ['-h', '-o', '%R']);
    const there = [...new Set(stdout.split('\n').filter((line) => line !== ''))];
    hints.push(
      partition === undefined
        ? `name a partition with --partition: ${there.join(', ')}`
        : `--partition ${partition}: the partitions there are: ${there.join(', ')}`,
    );
  }
  if (/time/i.test(words) && time !== undefined)
    hints.push(`--time ${time}: sinfo -o "%R %l" shows the limits`);
  if (/gres|generic/i.test(words) && gres !== undefined)
    hints.push(`--gres ${gres}: sinfo -o "%R %G" shows what there is`);
  hints.push(`nothing was submitted; the script is ${script}`);
  return [`sbatch refused the sweep: ${words}`, ...hints].join('\n  ');
}
