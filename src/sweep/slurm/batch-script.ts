/**
 * The batch scripts of a sweep: one array task a run, and the job behind them that writes the summary. They are kept, and
 * can be read, changed and submitted by hand.
 *
 * The script becomes node (`exec`), so that Slurm's signals reach it: `--signal=B:` goes to the batch process alone. The
 * signal is TERM; USR1, which many take, is Node's debugger.
 */
import { shellWord } from '../../text/shell-word.ts';
import { directive, givenOptions, outputPattern, type SbatchOption } from './sbatch-options.ts';

export interface TasksScript {
  /** Of the job. */
  readonly name: string;
  /** Of the array, in its order. */
  readonly runs: readonly string[];
  /** Number of the job that has to end before a task of this one starts, however it ends. */
  readonly after?: string;
  /** Absolute. */
  readonly sessions: string;
  /** Absolute folder of the outputs. */
  readonly outputs: string;
  readonly cwd: string;
  readonly cores: number;
  /** GB; 0: the cluster's default. */
  readonly memory: number;
  readonly partition: string | undefined;
  readonly time: string | undefined;
  readonly gres: string | undefined;
  /** Tasks at a time; 0: any. */
  readonly arrayLimit: number;
  /** Seconds. */
  readonly signalAhead: number;
  /** More options of sbatch, as given. */
  readonly sbatch: string | undefined;
  /** What starts the program: node and its script. */
  readonly program: readonly string[];
  /** The sweep's command line, for whoever reads the script. */
  readonly argv: readonly string[];
}

/** A script, and what it asks sbatch for. */
export interface BatchScript {
  readonly text: string;
  readonly options: readonly SbatchOption[];
}

/**
 * @throws UsageError for `sbatch` options that cannot be
 * @throws ConfigError for paths and values that no script can hold
 */
export function tasksScript(script: TasksScript): BatchScript {
  const { name, runs, after, sessions, outputs, cores, memory, arrayLimit, signalAhead, program } = script;
  const limit = arrayLimit > 0 ? `%${arrayLimit}` : '';
  const options = withGiven(script, [
    { name: 'job-name', value: name },
    { name: 'array', value: `0-${runs.length - 1}${limit}` },
    { name: 'chdir', value: script.cwd },
    { name: 'output', value: outputPattern(outputs, '%a.out') },
    { name: 'open-mode', value: 'append' },
    { name: 'requeue' },
    { name: 'signal', value: `B:TERM@${signalAhead}` },
    { name: 'cpus-per-task', value: String(cores) },
    ...(memory > 0 ? [{ name: 'mem', value: `${Math.ceil(memory * 1000)}M` }] : []),
    ...asked({ partition: script.partition, time: script.time, gres: script.gres }),
    ...(after === undefined ? [] : [{ name: 'dependency', value: `afterany:${after}` }]),
  ]);
  const words = [...program, 'sweep', 'run', sessions].map(shellWord).join(' ');
  const text = [
    '#!/bin/bash',
    `# ${runs.length} ${runs.length === 1 ? 'run' : 'runs'} of ncp-train, one array task each, for:`,
    `#   ncp-train ${script.argv.map(shellWord).join(' ')}`,
    '# A task goes on from the last checkpoint of its run, so it may be requeued, or this script submitted again.',
    ...options.map(directive),
    '',
    'runs=(',
    ...runs.map((run) => `  ${shellWord(run)}`),
    ')',
    '',
    '# exec, so that node is the process that Slurm signals ahead of the time limit and on preemption.',
    `exec ${words} "\${runs[$SLURM_ARRAY_TASK_ID]}" --cores ${cores} --signal-ahead ${signalAhead}`,
    '',
  ].join('\n');
  return { text, options };
}

/**
 * The job after all tasks, however they end.
 *
 * @param jobs - numbers of the arrays
 * @throws as tasksScript
 */
export function reportScript(script: TasksScript, jobs: readonly string[]): BatchScript {
  const options = withGiven(script, [
    { name: 'job-name', value: `${script.name}-report` },
    { name: 'dependency', value: `afterany:${jobs.join(':')}` },
    { name: 'chdir', value: script.cwd },
    { name: 'output', value: outputPattern(script.outputs, 'report.out') },
    ...asked({ partition: script.partition }),
  ]);
  const words = [...script.program, 'sweep', 'status', script.sessions, '--save'].map(shellWord).join(' ');
  const which = `${jobs.length === 1 ? 'job' : 'jobs'} ${jobs.join(', ')}`;
  const text = [
    '#!/bin/bash',
    `# Writes the summary of the sweep when all tasks of ${which} have ended, well or not.`,
    ...options.map(directive),
    '',
    `exec ${words}`,
    '',
  ].join('\n');
  return { text, options };
}

/** Those of the sweep, then those of `--sbatch`. A dependency of its own stands for a given one. */
function withGiven({ sbatch }: TasksScript, own: readonly SbatchOption[]): SbatchOption[] {
  const names = own.map(({ name }) => name);
  const given = givenOptions(
    sbatch ?? '',
    names.filter((name) => name !== 'dependency'),
  );
  return [...own, ...given.filter(({ name }) => !names.includes(name))];
}

const asked = (values: Readonly<Record<string, string | undefined>>): SbatchOption[] =>
  Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
