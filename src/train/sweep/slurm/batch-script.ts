/**
 * The batch scripts of a sweep: one array task a run, and the job behind them that writes the summary. They are kept, and
 * can be read, changed and submitted by hand.
 *
 * The script becomes node (`exec`), so that Slurm's signals reach it: `--signal=B:` goes to the batch process alone. The
 * signal is TERM; USR1, which many take, is Node's debugger.
 */
export interface TasksScript {
  /** Of the job. */
  readonly name: string;
  /** Of the array, in its order. */
  readonly runs: readonly string[];
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

export function tasksScript(script: TasksScript): string {
  const { name, runs, sessions, outputs, cores, memory, gres, arrayLimit, signalAhead, program } = script;
  const limit = arrayLimit > 0 ? `%${arrayLimit}` : '';
  const options = [
    `--job-name=${name}`,
    `--array=0-${runs.length - 1}${limit}`,
    ...common(script),
    `--output=${outputs}/%a.out`,
    '--open-mode=append',
    '--requeue',
    `--signal=B:TERM@${signalAhead}`,
    `--cpus-per-task=${cores}`,
    ...(memory > 0 ? [`--mem=${Math.ceil(memory * 1000)}M`] : []),
    ...(script.time === undefined ? [] : [`--time=${script.time}`]),
    ...(gres === undefined ? [] : [`--gres=${gres}`]),
  ];
  const words = [...program, 'sweep', 'run', sessions].map(shellWord).join(' ');
  return [
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
}

/** The job after all tasks, however they end. */
export function reportScript(script: TasksScript, job: string): string {
  const words = [...script.program, 'sweep', 'status', script.sessions, '--save'].map(shellWord).join(' ');
  return [
    '#!/bin/bash',
    `# Writes the summary of the sweep when all tasks of job ${job} have ended, well or not.`,
    ...[
      `--job-name=${script.name}-report`,
      `--dependency=afterany:${job}`,
      ...common(script),
      `--output=${script.outputs}/report.out`,
    ].map(directive),
    '',
    `exec ${words}`,
    '',
  ].join('\n');
}

const common = ({ cwd, partition, sbatch }: TasksScript) => [
  `--chdir=${cwd}`,
  ...(partition === undefined ? [] : [`--partition=${partition}`]),
  ...(sbatch ?? '').split(/\s+(?=--?\w)/).filter((option) => option !== ''),
];

/** sbatch splits these lines at spaces, but for those in quotes. */
const directive = (option: string) => {
  const [, name, value] = /^(--[\w-]+)=(.*\s.*)$/.exec(option) ?? [];
  return `#SBATCH ${name === undefined ? option : `${name}="${value}"`}`;
};

/** As typed in a shell. */
export const shellWord = (word: string): string =>
  /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
