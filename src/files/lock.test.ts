/** One process to a run: living ones are respected, dead ones are not, and of several at once exactly one gets it. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { requirement } from '../../test/require.ts';
import { ConfigError } from '../errors.ts';
import { acquireLock, lockFolder, lockOwner, type Owner } from './lock.ts';
import { bootOfHost, pidNamespace, processStart } from './owner.ts';

const PROGRAM = join(import.meta.dirname, '../../test/programs/lock-once.ts');

let folder: string;
let run: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  run = join(folder, 'experiment_4');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Called before each pause in which a lock waits for another claim to go. */
const waiting = vi.hoisted(() => ({ before: () => {} }));
vi.mock(import('node:timers/promises'), async (original) => {
  const timers = await original();
  return {
    ...timers,
    setTimeout: ((...pause: Parameters<typeof timers.setTimeout>) => {
      waiting.before();
      return timers.setTimeout(...pause);
    }) as typeof timers.setTimeout,
  };
});

/** What another process would have left. */
function claim(owner: Partial<Owner>, name = 'other', held = true): void {
  mkdirSync(lockFolder(run), { recursive: true });
  const here = { pid: process.pid, host: hostname(), boot: bootOfHost(), start: processStart(process.pid) };
  writeFileSync(join(lockFolder(run), `${name}.json`), JSON.stringify({ ...here, since: 'noon', ...owner }));
  if (held) writeFileSync(join(lockFolder(run), `${name}.held`), '');
}

/** A process that tries for the lock when it is told to, and what it says. */
function contender() {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, run], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const line = (n: number) =>
    new Promise<string>((resolve) => {
      child.stdout.on('data', () => {
        const lines = output.split('\n');
        if (lines.length > n + 1) resolve(lines[n]);
      });
    });
  return { child, ready: line(0), said: line(1), go: () => child.stdin.end('go\n') };
}

describe('acquireLock', () => {
  it('locks, names the owner, and leaves nothing behind', async () => {
    expect(await lockOwner(run)).toBeUndefined();
    const lock = await acquireLock(run);
    expect(await lockOwner(run)).toMatchObject({ pid: process.pid, host: hostname() });
    await expect(acquireLock(run)).rejects.toThrow(ConfigError);
    await expect(acquireLock(run)).rejects.toThrow(`${run} is in use by process ${process.pid} since `);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    await (await acquireLock(run)).release();
  });

  it('runs with names that begin alike have locks of their own', async () => {
    const locks = [await acquireLock(run), await acquireLock(`${run}0`), await acquireLock(`${run}.1`)];
    for (const lock of locks) await lock.release();
  });

  it.each([
    ['a pid that is no process', { pid: 2 ** 22 + 1 }],
    ['a pid that another process has now', { start: '1' }],
    ['an earlier boot of this machine', { boot: 'another' }],
  ])('takes over from %s', async (_, owner) => {
    claim(owner);
    expect(await lockOwner(run)).toBeUndefined();
    const lock = await acquireLock(run);
    expect(await lockOwner(run)).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a process of another host counts, and the message says how to go on without it', async () => {
    claim({ host: 'node17', pid: 42 });
    await expect(acquireLock(run)).rejects.toThrow(
      `in use by process 42 on node17 since noon. Whether it still runs cannot be seen from here; if it does not, ` +
        `delete ${lockFolder(run)}`,
    );
    expect(readdirSync(lockFolder(run)).sort()).toEqual(['other.held', 'other.json']);
  });

  it('a claim by a name before is let go first, one by a name after is waited for', async () => {
    claim({}, '!', false);
    await expect(acquireLock(run)).rejects.toThrow('in use by');
    rmSync(lockFolder(run), { recursive: true });
    claim({}, '~', false);
    let waits = 0;
    waiting.before = () => {
      waits += 1;
      if (waits === 3) rmSync(join(lockFolder(run), '~.json'));
    };
    await (await acquireLock(run)).release();
    expect(waits).toBe(3);
  });

  it('a process that another machine or container hides counts while it gives signs of life', async () => {
    claim({ host: 'node17', boot: 'another', pid: 42, pids: 'pid:[1]' });
    const beats = setInterval(() => writeFileSync(join(lockFolder(run), 'other.beat'), ''), 5);
    onTestFinished(() => clearInterval(beats));
    const waited: string[] = [];
    const onWait = (message: string) => waited.push(message);
    await expect(acquireLock(run, { onWait })).rejects.toThrow(
      `${run} is in use by process 42 on node17 since noon`,
    );
    expect(waited).toEqual([
      `${run} is locked by process 42 on node17, which cannot be seen from here; waiting up to 60 s for a sign of life`,
    ]);
  });

  it.each([
    ['another machine', { host: 'node17', boot: 'another' }],
    ['another container', {}],
    ['a machine of this name that was started anew', { boot: 'another' }],
  ])('a process of %s that gives no sign of life is gone after a while', async (_, owner) => {
    claim({ ...owner, pid: 42, pids: 'pid:[1]' });
    const lock = await acquireLock(run, { heartbeat: { everyMs: 1000, silenceMs: 20 } });
    expect(await lockOwner(run)).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('gives signs of life, and notices that another took its place', async () => {
    const lock = await acquireLock(run, { heartbeat: { everyMs: 1, silenceMs: 20 } });
    await lock.requireHeld();
    const [beat] = readdirSync(lockFolder(run)).filter((name) => name.endsWith('.beat'));
    const first = statSync(join(lockFolder(run), beat)).mtimeMs;
    await expect.poll(() => statSync(join(lockFolder(run), beat)).mtimeMs).toBeGreaterThan(first);
    rmSync(join(lockFolder(run), beat.replace('.beat', '.json')));
    await expect(lock.requireHeld()).rejects.toThrow(`${run} was taken over by another process`);
    await lock.release();
  });

  it('half a claim, as a power cut leaves it, does not count', async () => {
    mkdirSync(lockFolder(run));
    writeFileSync(join(lockFolder(run), 'half.json'), '{"pid":');
    await (await acquireLock(run)).release();
  });
});

const namespaces = requirement('namespaces');

describe.skipIf(!namespaces.present)(namespaces.title('real containers'), () => {
  /** A process with the lock, in namespaces of its own, that gives a sign of life every 10 ms. */
  async function holder(...unshare: string[]) {
    const program = [process.execPath, '--import', 'tsx', PROGRAM, run, '10'];
    const child = spawn('unshare', [...unshare, '--kill-child', '--fork', ...program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdin.end('go\n');
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text) => {
        if (String(text).includes('locked by')) resolve();
      });
      child.once('close', () => reject(new Error('it ended')));
    });
    return async () => {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
    };
  }

  it.each([
    ['another PID namespace', ['--pid', '--mount-proc'], /in another container/],
    ['another PID and UTS namespace', ['--pid', '--mount-proc', '--uts'], /in another container/],
  ])('%s: refused while it lives, taken over once it is killed', async (_, unshare, words) => {
    const kill = await holder(...unshare);
    await expect(acquireLock(run)).rejects.toThrow(words);
    await kill();
    const lock = await acquireLock(run, { heartbeat: { everyMs: 1000, silenceMs: 300 } });
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('another host name on this machine is seen for what it is, without waiting', async () => {
    const own = spawn('sleep', ['60']);
    onTestFinished(() => void own.kill('SIGKILL'));
    const there = {
      host: 'renamed',
      pids: pidNamespace(),
      pid: own.pid,
      start: processStart(own.pid as number),
    };
    claim(there);
    await expect(acquireLock(run)).rejects.toThrow(`in use by process ${own.pid} on renamed`);
    own.kill('SIGKILL');
    await new Promise((resolve) => own.once('close', resolve));
    await (await acquireLock(run)).release();
  });
});

describe('several processes', () => {
  it('of six at once exactly one gets it, also when taking over from a dead one, which is killed in turn', {
    timeout: 60_000,
  }, async () => {
    claim({ pid: 2 ** 22 + 1 });
    for (let round = 0; round < 2; round++) {
      const all = Array.from({ length: 6 }, contender);
      await Promise.all(all.map((each) => each.ready));
      for (const each of all) each.go();
      const said = await Promise.all(all.map((each) => each.said));
      const winners = all.filter((_, n) => said[n].startsWith('locked by'));
      expect(winners).toHaveLength(1);
      const { pid } = winners[0].child;
      expect(said.filter((text) => text.includes(`in use by process `))).toHaveLength(5);
      expect((await lockOwner(run))?.pid).toBe(pid);
      for (const { child } of all) child.kill('SIGKILL'); // their claims stay behind
      await Promise.all(all.map(({ child }) => new Promise((resolve) => child.once('close', resolve))));
    }
    await (await acquireLock(run)).release();
  });
});
