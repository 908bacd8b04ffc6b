/**
 * Hands runs to Slurm: one job array, or several where one would be longer than the cluster takes, and behind them the job
 * that writes the summary. Nothing is submitted twice: a submission stands in `sweep.json` under a name of its own before
 * `sbatch` is called, by which its job is found again: that of a sweep that was killed at that moment, and that of an sbatch
 * that failed after Slurm had it.
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../../errors.ts';
import { replaceFile, writeFailure } from '../../files/whole-file.ts';
import type { SweepControl } from '../../options/schema.ts';
import type { PlannedRun } from '../plan.ts';
import { type Submission, type SweepRecord, submissionFolder, writeSweep } from '../sweep-file.ts';
import { arrayLimit } from './array-limit.ts';
import { type BatchScript, reportScript, type TasksScript, tasksScript } from './batch-script.ts';
import { complaint, slurm } from './programs.ts';
import { variablesOf } from './sbatch-options.ts';
import { jobNamed } from './tasks.ts';

const ENTRY = fileURLToPath(new URL('../../../bin/ncp-train.js', import.meta.url));

export interface Submitted {
  /** One an array. */
  readonly submissions: readonly Submission[];
  /** Batch script of each. */
  readonly scripts: readonly string[];
  /** Why there is no job that writes the summary. */
  readonly note?: string;
  /** Why Slurm took some arrays only. */
  readonly refusal?: string;
}

/**
 * @param record - of the sweep; what is submitted is added to it on disk
 * @throws UsageError without sbatch; ConfigError with the scheduler's own words where it refuses the first array; DataError
 *   for a folder that cannot be written
 */
export async function submitRuns(
  sessions: string,
  record: SweepRecord,
  runs: readonly PlannedRun[],
  control: SweepControl,
): Promise<Submitted> {
  await slurm('sbatch', ['--version']);
  const arrays = cutInto(runs, await arrayLimit());
  const start = `ncp-train-${randomBytes(4).toString('hex')}`;
  const submissions: Submission[] = [];
  const scripts: string[] = [];
  const keep = (more: readonly Submission[]) =>
    writeSweep(sessions, { ...record, submissions: [...record.submissions, ...more] });
  const script = (part: readonly PlannedRun[], name: string, after: string | undefined): TasksScript => ({
    name,
    runs: part.map((run) => run.name),
    after,
    sessions: resolve(sessions),
    outputs: resolve(submissionFolder(sessions, name)),
    cwd: record.cwd,
    argv: record.argv,
    cores: control.cpus || 1,
    memory: control.memory,
    partition: control.partition,
    time: control.time,
    gres: control.gres,
    sbatch: control.sbatch,
    arrayLimit: control.array_limit,
    signalAhead: control.signal_ahead,
    program: [process.execPath, ENTRY],
  });

  let refusal: string | undefined;
  for (const [n, part] of arrays.entries()) {
    const name = n === 0 ? start : `${start}-${n + 1}`;
    // So many tasks at a time in all, not in each array.
    const after = control.array_limit > 0 ? submissions.at(-1)?.job : undefined;
    const tasks = script(part, name, after);
    const batch = tasksScript(tasks);
    await write(tasks.outputs, join(tasks.outputs, 'tasks.sh'), batch.text);
    const shown = join(submissionFolder(sessions, name), 'tasks.sh');
    const submission: Submission = { name, at: new Date().toISOString(), runs: tasks.runs };
    await keep([...submissions, submission]);
    const { job, words } = await submit(name, join(tasks.outputs, 'tasks.sh'), batch);
    if (job === undefined) {
      await keep(submissions);
      refusal = await refusalText(words, control, shown, submissions.length > 0);
      if (submissions.length === 0) throw new ConfigError(refusal);
      break;
    }
    submissions.push({ ...submission, job });
    scripts.push(shown);
    await keep(submissions);
  }

  const first = script([], start, undefined);
  const jobs = submissions.flatMap(({ job }) => job ?? []);
  const batch = reportScript(first, jobs);
  const path = join(first.outputs, 'report.sh');
  await write(first.outputs, path, batch.text);
  const { job: report, words } = await submit(`${start}-report`, path, batch).catch(({ message }: Error) => ({
    job: undefined,
    words: message,
  }));
  if (report === undefined) return { submissions, scripts, note: words, refusal };
  const whole = submissions.map((one) => ({ ...one, report }));
  await keep(whole);
  return { submissions: whole, scripts, refusal };
}

/** Parts of at most `limit`, in their order. */
function cutInto(runs: readonly PlannedRun[], limit: number): (readonly PlannedRun[])[] {
  const size = Math.min(limit, runs.length);
  return Array.from({ length: Math.ceil(runs.length / size) }, (_, n) =>
    runs.slice(n * size, (n + 1) * size),
  );
}

/**
 * @param name - of the job
 * @returns its number; where Slurm has no such job, what sbatch said
 */
async function submit(
  name: string,
  path: string,
  { options }: BatchScript,
): Promise<{ job: string | undefined; words: string }> {
  const answer = await slurm('sbatch', ['--parsable', path], variablesOf(options));
  const words = complaint(answer);
  // `17`, or `17;cluster`, below whatever else the cluster prints.
  const job = /^(\d+)(?:;.*)?$/.exec(answer.stdout.trim().split('\n').at(-1) ?? '')?.[1];
  if (answer.status === 0 && job !== undefined) return { job, words };
  // A controller that is slow to answer may have taken it all the same.
  return { job: await jobNamed(name), words };
}

async function write(folder: string, path: string, text: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await replaceFile(path, text, { mode: 0o755 });
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** The scheduler's own words, then what can be done. */
async function refusalText(
  words: string,
  { partition, time, gres }: SweepControl,
  script: string,
  isPart: boolean,
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
  if (/job array specification/i.test(words)) {
    hints.push(
      'the cluster takes no array of so many tasks; start fewer --models, --folds or values of --set at a time',
    );
  }
  hints.push(
    isPart
      ? `the arrays before it are with Slurm; start the sweep again for the rest, when there is room; the script is ${script}`
      : `nothing was submitted; the script is ${script}`,
  );
  return [`sbatch refused ${isPart ? 'an array of the sweep' : 'the sweep'}: ${words}`, ...hints].join(
    '\n  ',
  );
}
