/**
 * One run of a sweep, in this process: what both executors start. It trains as `passive` and `active` do, going on
 * with what is there, and writes how it ended. Which cores it may use, its executor says.
 */
import { ConfigError, NcpTrainError } from '../errors.ts';
import { exitStatusOf } from '../stop-signals.ts';
import { unknownName } from '../text/nearest.ts';
import { type Observer, type SessionResult, trainSession } from '../train/session.ts';
import type { StopSignal } from '../train/signals.ts';
import { clearOutcome, type Outcome, writeOutcome } from './outcome.ts';
import type { PlannedRun } from './plan.ts';
import type { AfterStop } from './slurm/requeue.ts';
import { requireSweep } from './sweep-file.ts';

/** @throws ConfigError if the sweep has no such run */
export async function plannedRunOf(sessions: string, name: string): Promise<PlannedRun> {
  const { runs } = await requireSweep(sessions);
  const run = runs.find((one) => one.name === name);
  if (run) return run;
  throw new ConfigError(
    `${sessions}: ${unknownName(
      'run',
      name,
      runs.map((one) => one.name),
      { lookUp: `ncp-train sweep status ${sessions} lists all` },
    )}`,
  );
}

/**
 * Trains, and records the outcome.
 *
 * @param cores - for TensorFlow's threads or the embedded backend's replicas, where the plan leaves them open; 0: all
 * @param afterStop - asked when a signal stopped it: what comes of it
 * @returns how it ended, with its exit status
 * @throws what `trainSession` throws; the outcome has it then
 */
export async function runOne(
  sessions: string,
  run: PlannedRun,
  cores: number,
  observer: Observer,
  afterStop: (signal: StopSignal) => Promise<AfterStop>,
): Promise<Omit<Outcome, 'ended'>> {
  await clearOutcome(sessions, run.name);
  const { options } = run;
  const share = {
    sessions_dir: sessions,
    // Each belongs to one backend, and stands in the run's configuration.
    threads: options.backend === 'wasm' ? options.threads : options.threads || cores,
    workers: ['tensorflow', 'native'].includes(options.backend) ? options.workers : options.workers || cores,
  };
  const control = { argv: process.argv.slice(2), resume: 'auto', fresh: false, observer } as const;
  try {
    const result = await (run.command === 'passive'
      ? trainSession({ ...control, command: 'passive', options: { ...run.options, ...share } })
      : trainSession({ ...control, command: 'active', options: { ...run.options, ...share } }));
    const { outcome, requeue } = await outcomeOf(result, afterStop);
    await writeOutcome(sessions, run.name, outcome);
    const refusal = await requeue?.();
    if (refusal === undefined) return outcome;
    const stays = { ...outcome, cause: refusal };
    await writeOutcome(sessions, run.name, stays);
    return stays;
  } catch (error) {
    const status = error instanceof NcpTrainError ? error.exitStatus : 1;
    const cause = (error as Error)?.message ?? String(error);
    // What is to be said is what failed first.
    await writeOutcome(sessions, run.name, { state: 'failed', status, cause }).catch(() => undefined);
    throw error;
  }
}

async function outcomeOf(
  { ending }: SessionResult,
  afterStop: (signal: StopSignal) => Promise<AfterStop>,
): Promise<{ outcome: Omit<Outcome, 'ended'>; requeue?: AfterStop['requeue'] }> {
  if (ending.kind !== 'stopped') return { outcome: { state: 'finished', status: 0 } };
  if (ending.by === 'time') {
    return { outcome: { state: 'stopped', status: 0, cause: '--max_minutes are over' } };
  }
  const { cause, requeue } = await afterStop(ending.by);
  return { outcome: { state: 'stopped', status: exitStatusOf(ending.by), cause }, requeue };
}
