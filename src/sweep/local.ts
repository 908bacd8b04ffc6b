/**
 * The local executor: a child process a run, so many at a time as there are jobs, each with its share of the cores. A run
 * that fails does not stop the others. A request to stop goes to all children, which write checkpoints; none is started
 * any more.
 *
 * A run that another living process has, such as one that outlived a sweep killed with −9, takes a job too: it is waited
 * for, and then started again, which goes on with what it left or finds that nothing is left to do. So nothing is lost,
 * and nothing runs twice.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lockOwner } from '../files/lock.ts';
import { writeFailure } from '../files/whole-file.ts';
import { type StopRequests, stopRequests } from '../train/signals.ts';
import type { Need } from './needs.ts';
import {
  clearOutcome,
  lastLine,
  type Outcome,
  type RunProgress,
  readOutcome,
  writeOutcome,
} from './outcome.ts';
import type { PlannedRun } from './plan.ts';
import { GB, residentBytes } from './shares.ts';
import { logPath } from './sweep-file.ts';

/** What is told while runs go on. */
export interface LocalWatcher {
  started(run: PlannedRun, what: 'start' | 'resume'): void;
  /** Another process has it. */
  waiting(run: PlannedRun, pid: number): void;
  progress(run: PlannedRun, progress: RunProgress): void;
  ended(run: PlannedRun, outcome: Omit<Outcome, 'ended'>): void;
}

export interface LocalRequest {
  readonly sessions: string;
  /** Finished ones are passed over. */
  readonly needs: readonly Need[];
  /** Runs at a time, from 1. */
  readonly jobs: number;
  /** Of each run. */
  readonly cores: number;
  /** GB of each run; 0: no limit. */
  readonly memory: number;
  readonly watcher: LocalWatcher;
  /** What to start for a run; the program itself, unless a test says otherwise. */
  readonly command?: (run: PlannedRun, cores: number) => readonly [string, ...string[]];
}

export interface LocalResult {
  /** By name of the run; absent for those that were not reached. */
  readonly outcomes: ReadonlyMap<string, Omit<Outcome, 'ended'>>;
  /** The signal that ended the sweep early. */
  readonly stopped: ReturnType<StopRequests['requested']>;
}

const LOOK_MS = 500;

/** @throws DataError if no log can be written */
export async function runLocally(request: LocalRequest): Promise<LocalResult> {
  const { needs, jobs, watcher } = request;
  const children = new Set<ChildProcess>();
  const stop = stopRequests((signal, again) => {
    for (const child of children) child.kill(again ? 'SIGKILL' : signal);
  });
  const outcomes = new Map<string, Omit<Outcome, 'ended'>>();
  const queue = needs.filter(({ what }) => what !== 'finished');
  const job = async () => {
    for (;;) {
      const need = queue.shift();
      if (!need || stop.requested()) return;
      const { run } = need;
      if (!(await isFree(request, need, stop))) return;
      const outcome = await attempt(request, need, children, stop);
      outcomes.set(run.name, outcome);
      watcher.ended(run, outcome);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, queue.length) }, job));
    return { outcomes, stopped: stop.requested() };
  } finally {
    stop.dispose();
  }
}

/** Waits for another process that has the run. @returns false if the sweep is to stop */
async function isFree(
  { sessions, watcher }: LocalRequest,
  { run }: Need,
  stop: StopRequests,
): Promise<boolean> {
  for (let told = false; !stop.requested(); ) {
    const owner = await lockOwner(join(sessions, run.name));
    if (!owner) return true;
    if (!told) watcher.waiting(run, owner.pid);
    told = true;
    await sleep(LOOK_MS);
  }
  return false;
}

async function attempt(
  request: LocalRequest,
  { run, what }: Need,
  children: Set<ChildProcess>,
  stop: StopRequests,
): Promise<Omit<Outcome, 'ended'>> {
  const { sessions, watcher, cores, command = ownCommand(sessions) } = request;
  await clearOutcome(sessions, run.name);
  const path = logPath(sessions, run.name);
  const log = openLog(path);
  const [program, ...args] = command(run, cores);
  // An IPC channel, over which a run tells how far it is; in the terminal's process group, as a pipeline's members are.
  const child = spawn(program, args, { stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  children.add(child);
  watcher.started(run, what === 'start' ? 'start' : 'resume');
  child.on('message', (message) => watcher.progress(run, message as RunProgress));
  const guard = watchMemory(child, request.memory);
  const end = await new Promise<{ status: number | null; signal: NodeJS.Signals | null; error?: Error }>(
    (resolve) => {
      child.on('error', (error) => resolve({ status: null, signal: null, error }));
      child.on('exit', (status, signal) => resolve({ status, signal }));
    },
  );
  children.delete(child);
  const tooMuch = guard.stop();
  const outcome = await explained();
  // Of a run that was killed there is none yet, and of one that took too much memory another.
  await writeOutcome(sessions, run.name, outcome).catch(() => undefined);
  return outcome;

  async function explained(): Promise<Omit<Outcome, 'ended'>> {
    if (tooMuch !== undefined) return { state: 'failed', status: 1, cause: tooMuch };
    const written = await readOutcome(sessions, run.name);
    if (written) return written;
    if (end.error)
      return { state: 'failed', status: 1, cause: `it could not be started: ${end.error.message}` };
    if (end.status === 0) return { state: 'finished', status: 0 };
    const asked = stop.requested();
    if (asked) return { state: 'stopped', status: 1, cause: asked };
    const why =
      end.signal === 'SIGKILL'
        ? 'killed (SIGKILL): by the system for want of memory, or by someone'
        : `ended ${end.signal ? `by ${end.signal}` : `with status ${end.status}`}: ${lastLine(path)}`;
    return { state: 'failed', status: end.status ?? 1, cause: why };
  }
}

const ENTRY = fileURLToPath(new URL('../../bin/ncp-train.js', import.meta.url));

const ownCommand =
  (sessions: string) =>
  (run: PlannedRun, cores: number): [string, ...string[]] => [
    process.execPath,
    ENTRY,
    'sweep',
    'run',
    sessions,
    run.name,
    '--cores',
    String(cores),
  ];

function openLog(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Asks a child that takes more than its memory to write a checkpoint and end, and kills it if it takes half as much again. */
function watchMemory(child: ChildProcess, limit: number): { stop(): string | undefined } {
  let tooMuch: string | undefined;
  const look = async () => {
    const bytes = child.pid === undefined ? undefined : await residentBytes(child.pid);
    if (bytes === undefined || bytes <= limit * GB) return;
    if (tooMuch === undefined) child.kill('SIGTERM');
    else if (bytes > 1.5 * limit * GB) child.kill('SIGKILL');
    tooMuch ??= `it took ${(bytes / GB).toFixed(2)} GB of memory, more than --memory ${limit}`;
  };
  const timer = limit > 0 ? setInterval(() => void look(), LOOK_MS) : undefined;
  return {
    stop: () => {
      clearInterval(timer);
      return tooMuch;
    },
  };
}
