/** Signals to a real process that works like training: it lets the event loop in and looks whether it is to stop. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { stopRequests } from './signals.ts';

/** Ends some time after the first signal, with its status. */
const program = (milliseconds: number) => `
  import { setTimeout as sleep } from 'node:timers/promises';
  import { exitStatusOf } from ${JSON.stringify(join(import.meta.dirname, '../stop-signals.ts'))};
  import { stopRequests } from ${JSON.stringify(join(import.meta.dirname, 'signals.ts'))};
  const stop = stopRequests();
  console.log('ready');
  while (stop.requested() === undefined) await sleep(10);
  await sleep(${milliseconds});
  console.log('checkpoint after', stop.requested());
  process.exitCode = exitStatusOf(stop.requested());
  stop.dispose();
`;

async function started(milliseconds: number) {
  const child = spawn(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    program(milliseconds),
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.on('data', (text) => {
    output.stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
  return { child: child as ChildProcess, output, ended };
}

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGUSR2', 143],
] as const)('%s asks for a checkpoint, says so, and gives status %d', async (signal, status) => {
  const { child, output, ended } = await started(100);
  child.kill(signal);
  expect(await ended).toBe(status);
  expect(output.stdout).toBe(`ready\ncheckpoint after ${signal}\n`);
  expect(output.stderr).toContain(`${signal}: finishing the batch and writing a checkpoint`);
});

describe('in this process, by a clock that stands', () => {
  let now: number;
  let said: string;
  beforeEach(() => {
    now = 1000;
    said = '';
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += text;
      return true;
    });
    vi.spyOn(process, 'exit').mockImplementation((status) => {
      throw new Error(`ended with ${status}`);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const listening = () => {
    const stop = stopRequests();
    onTestFinished(stop.dispose);
    return stop;
  };

  it('a second SIGINT ends at once, one within a moment of the first is the same', () => {
    const stop = listening();
    process.emit('SIGINT', 'SIGINT');
    now += 300;
    process.emit('SIGINT', 'SIGINT');
    expect([stop.requested(), said]).toEqual(['SIGINT', expect.not.stringContaining('ended at once')]);
    now += 1;
    expect(() => process.emit('SIGINT', 'SIGINT')).toThrow('ended with 130');
    expect(said).toContain('ended at once; --resume goes on from the last checkpoint');
  });

  it('a second SIGTERM changes nothing', () => {
    const stop = listening();
    process.emit('SIGINT', 'SIGINT');
    now += 10_000;
    process.emit('SIGTERM', 'SIGTERM');
    expect(stop.requested()).toBe('SIGINT');
  });
});

it('disposed of, nothing listens any more', () => {
  const count = () => process.listenerCount('SIGINT') + process.listenerCount('SIGUSR2');
  const before = count();
  const stop = stopRequests();
  expect(count()).toBe(before + 2);
  expect(stop.requested()).toBeUndefined();
  stop.dispose();
  expect(count()).toBe(before);
});
