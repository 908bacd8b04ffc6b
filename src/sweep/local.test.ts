/** The local executor on stub commands: how many at a time, failures, memory, stopping. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireLock } from '../files/lock.ts';
import { type LocalRequest, type LocalResult, runLocally } from './local.ts';
import { type PlannedRun, planRuns } from './plan.ts';

let sessions: string;
beforeEach(() => {
  sessions = mkdtempSync(join(tmpdir(), 'local-'));
});
afterEach(() => rmSync(sessions, { recursive: true }));

const plan = (models: string, folds: string) =>
  planRuns({
    command: 'passive',
    models,
    folds,
    chosen: new Set<string>(),
    foldCount: () => 10,
    training: { base_path: 's', sessions_dir: sessions },
  });

interface Event {
  readonly what: string;
  readonly name: string;
}

async function execute(
  runs: readonly PlannedRun[],
  shell: (run: PlannedRun) => string,
  more: Partial<LocalRequest> = {},
  onWaiting: () => void = () => undefined,
): Promise<LocalResult & { events: Event[]; most: number }> {
  const events: Event[] = [];
  let now = 0;
  let most = 0;
  const result = await runLocally({
    sessions,
    jobs: 2,
    cores: 1,
    memory: 0,
    needs: runs.map((run) => ({ run, what: 'start' })),
    watcher: {
      started: ({ name }) => {
        events.push({ what: 'started', name });
        now += 1;
        most = Math.max(most, now);
      },
      waiting: ({ name }) => {
        events.push({ what: 'waiting', name });
        onWaiting();
      },
      progress: () => undefined,
      ended: ({ name }, { state }) => {
        events.push({ what: state, name });
        now -= 1;
      },
    },
    command: (run) => ['/bin/sh', '-c', shell(run)],
    ...more,
  });
  return { ...result, events, most };
}

it('runs all, as many at a time as there are jobs; a failure stops nothing and has its cause', async () => {
  const runs = plan('wm,lstm', '0-2');
  const bad = 'passive/wm_s/experiment_1';
  const { outcomes, most, events, stopped } = await execute(runs, ({ name }) =>
    name === bad ? 'echo no such thing; exit 7' : 'sleep 0.1',
  );
  expect(stopped).toBeUndefined();
  expect(most).toBe(2);
  expect([...outcomes.keys()].sort()).toEqual(runs.map(({ name }) => name).sort());
  for (const [name, { state, cause }] of outcomes) {
    expect(state, name).toBe(name === bad ? 'failed' : 'finished');
    if (name === bad) expect(cause).toBe('ended with status 7: no such thing');
  }
  expect(events.filter(({ what }) => what === 'started')).toHaveLength(6);
  expect(readFileSync(join(sessions, 'sweep/logs/passive-wm_s-experiment_1.log'), 'utf8')).toBe(
    'no such thing\n',
  );
});

it('a killed run says so, one that cannot be started too', async () => {
  const [run] = plan('wm', '0');
  const killed = await execute([run], () => 'kill -9 $$');
  expect(killed.outcomes.get(run.name)?.cause).toContain('killed (SIGKILL)');
  const absent = await execute([run], () => '', { command: () => ['/nowhere/program'] });
  expect(absent.outcomes.get(run.name)?.cause).toContain('could not be started');
});

it('a run that takes more than its memory is stopped and has failed, the other goes on', async () => {
  const greedy = 'exec node -e "const a = Buffer.alloc(400e6, 1); setInterval(() => a.length, 1e3)"';
  const runs = plan('wm,lstm', '0');
  const { outcomes } = await execute(runs, ({ name }) => (name.includes('wm') ? greedy : 'sleep 0.2'), {
    memory: 0.3,
  });
  expect(outcomes.get('passive/wm_s/experiment_0')).toMatchObject({
    state: 'failed',
    cause: expect.stringMatching(/^it took 0\.\d+ GB of memory, more than --memory 0\.3$/),
  });
  expect(outcomes.get('passive/lstm_s/experiment_0')?.state).toBe('finished');
});

it('SIGTERM goes to the children, and nothing is started any more', async () => {
  const runs = plan('wm,lstm', '0-4');
  const shell = 'trap "echo checkpoint; exit 143" TERM; echo ready; while :; do sleep 0.05; done';
  const ended = execute(runs, () => shell);
  const logs = [0, 1].map((n) => join(sessions, `sweep/logs/passive-wm_s-experiment_${n}.log`));
  const isReady = (log: string) => existsSync(log) && readFileSync(log, 'utf8') === 'ready\n';
  while (!logs.every(isReady)) await sleep(20);
  process.kill(process.pid, 'SIGTERM');
  const { outcomes, stopped } = await ended;
  expect(stopped).toBe('SIGTERM');
  expect(outcomes.size).toBe(2);
  for (const { state, cause } of outcomes.values())
    expect({ state, cause }).toEqual({ state: 'stopped', cause: 'SIGTERM' });
  for (const log of logs) expect(readFileSync(log, 'utf8')).toBe('ready\ncheckpoint\n');
});

it('a run that a living process has is waited for, then started', async () => {
  const [run] = plan('wm', '0');
  const lock = await acquireLock(join(sessions, run.name)).catch(async () => {
    throw new Error('the lock could not be taken');
  });
  const { events, outcomes } = await execute(
    [run],
    () => 'true',
    {},
    () => void lock.release(),
  );
  expect(events.map(({ what }) => what)).toEqual(['waiting', 'started', 'finished']);
  expect(outcomes.get(run.name)?.state).toBe('finished');
});
