/**
 * How every run of a sweep stands: what the run itself says, how its last attempt ended, and, where a scheduler has it, what
 * that says. The run's own record counts most, for a scheduler knows of processes, not of epochs, and forgets.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOwnRun } from '../results/runs/own-run.ts';
import type { RunReading } from '../results/runs/run-reading.ts';
import { CONFIG_FILE } from '../train/run/run-record.ts';
import { readOutcome } from './outcome.ts';
import type { PlannedRun } from './plan.ts';
import type { TaskState } from './slurm/tasks.ts';
import type { SweepRecord, SweepRunState } from './sweep-file.ts';

export interface RunStatus {
  readonly name: string;
  readonly model: string;
  /** Null for active runs. */
  readonly fold: number | null;
  readonly state: SweepRunState;
  /** Epochs trained, of those asked for. */
  readonly epoch: number;
  readonly epochs: number;
  readonly best: { readonly epoch: number; readonly valid_loss: number } | null;
  /** Seconds spent on it; null before it begins. */
  readonly seconds: number | null;
  /** Why it failed, stopped or waits. */
  readonly cause: string | null;
  /** As the scheduler numbers it, `17_3`. */
  readonly task: string | null;
  /** All that was read of it; undefined before it begins. Not for JSON. */
  readonly reading: RunReading | undefined;
}

/** @param tasks - what a scheduler says, by name of the run */
export function sweepStatus(
  sessions: string,
  { runs, submissions }: Pick<SweepRecord, 'runs' | 'submissions'>,
  tasks: ReadonlyMap<string, TaskState>,
): Promise<RunStatus[]> {
  const cancelled = new Set(submissions.flatMap((one) => (one.cancelled === undefined ? [] : one.runs)));
  return Promise.all(
    runs.map((run) => statusOf(sessions, run, tasks.get(run.name), cancelled.has(run.name))),
  );
}

async function statusOf(
  sessions: string,
  { name, command, options }: PlannedRun,
  task: TaskState | undefined,
  wasCancelled: boolean,
): Promise<RunStatus> {
  const folder = join(sessions, name);
  const reading = existsSync(join(folder, CONFIG_FILE)) ? await readOwnRun(folder) : undefined;
  const outcome = await readOutcome(sessions, name);
  const last = reading?.epochs.at(-1);
  const loss = reading?.best?.figures.valid_loss ?? null;
  const judged = ((): { state: SweepRunState; cause?: string } => {
    if (reading?.state === 'finished') return { state: 'finished' };
    if (task?.is === 'queued' || task?.is === 'running') return { state: task.is, cause: task.words };
    if (reading?.state === 'running') return { state: 'running' };
    if (outcome?.state === 'failed') return { state: 'failed', cause: outcome.cause };
    if (task && task.is !== 'done') {
      // An attempt that stopped by itself has failed for Slurm, and knows more.
      return { state: task.is, cause: (task.is === 'failed' ? outcome?.cause : undefined) ?? task.words };
    }
    if (wasCancelled) return { state: 'cancelled', cause: outcome?.cause };
    if (reading?.state === 'stopped') return { state: 'stopped', cause: outcome?.cause };
    if (reading?.state === 'never trained')
      return { state: 'interrupted', cause: outcome?.cause ?? reading.notes.at(-1) };
    if (reading)
      return { state: reading.state === 'failed' ? 'failed' : 'interrupted', cause: outcome?.cause };
    return { state: 'not started' };
  })();
  return {
    name,
    model: options.model,
    fold: command === 'passive' ? options.experiment_id : null,
    state: judged.state,
    epoch: last === undefined ? 0 : last.train_loss === null ? last.epoch : last.epoch + 1,
    epochs: options.epochs,
    best: reading?.best && loss !== null ? { epoch: reading.best.epoch, valid_loss: loss } : null,
    seconds: reading?.seconds ?? null,
    cause: judged.cause ?? null,
    task: task?.id ?? null,
    reading,
  };
}

/** `finished 3, failed 1`, the most advanced first. */
export function countsText(runs: readonly { readonly state: SweepRunState }[]): string {
  const order: SweepRunState[] = [
    ...(['finished', 'running', 'queued', 'not started'] as const),
    ...(['stopped', 'interrupted', 'timed out', 'cancelled', 'failed'] as const),
  ];
  return order
    .map((state) => [state, runs.filter((run) => run.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}
