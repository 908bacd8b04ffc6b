/** Processes are told from all others, and what cannot be seen is not taken for gone. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ownSpace, processStart, spaceText, standingOf } from './owner.ts';

describe('standing', () => {
  const space = spaceText(ownSpace());
  const start = processStart(process.pid) as string;
  const nobody = 2 ** 22 + 1; // larger than any number of a process

  it.each([
    ['this process', { space, pid: process.pid, start }, 'alive'],
    ['one that had its number before', { space, pid: process.pid, start: '1' }, 'gone'],
    ['one that ended', { space, pid: nobody, start }, 'gone'],
    ['one of another container, machine or boot', { space: 'other', pid: process.pid, start }, 'unseen'],
  ])('of %s', (_, owner, standing) => {
    expect(standingOf(owner)).toBe(standing);
  });

  it.runIf(process.platform === 'linux')('of a process that /proc hides, another user’s', () => {
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error(), { code: 'EPERM' });
    });
    onTestFinished(() => kill.mockRestore());
    expect(standingOf({ space, pid: nobody, start })).toBe('unseen');
  });

  it('counts the host where boots cannot be told, else not: it may have been renamed', () => {
    const named = (host: string, boot: string) => spaceText({ host, boot, pids: 'pid:[1]' });
    expect(named('a', '')).not.toBe(named('b', ''));
    expect(named('a', 'boot')).toBe(named('b', 'boot'));
  });
});

describe.runIf(process.platform === 'linux')('processStart', () => {
  it('is the same for one process all the time, and another for its child', async () => {
    expect(processStart(process.pid)).toMatch(/^\d+$/);
    expect(processStart(process.pid)).toBe(processStart(process.pid));
    expect(Number(processStart(process.pid))).toBeGreaterThan(Number(processStart(1)));
  });

  it('counts fields rightly whatever the process is called', () => {
    const uptime = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    const before = uptime();
    const child = spawn('bash', ['-c', 'exec -a "a) R 1 (b" sleep 60']);
    const after = uptime();
    onTestFinished(() => void child.kill('SIGKILL'));
    const start = Number(processStart(child.pid as number)) / 100;
    expect(start).toBeGreaterThan(before - 0.02); // a tick of the clock, rounded
    expect(start).toBeLessThan(after + 0.02);
  });

  it('a process that has ended and was not yet asked for its status is none', async () => {
    // The shell starts a process, and never asks for its status since it becomes another program.
    const shell = spawn('bash', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    onTestFinished(() => void shell.kill('SIGKILL'));
    const pid = Number(
      await new Promise((resolve) => shell.stdout.once('data', (text) => resolve(String(text)))),
    );
    const until = (file: string, text: string) =>
      expect.poll(() => readFileSync(file, 'utf8'), { timeout: 2 ** 31 - 1 }).toContain(text);
    await until(`/proc/${shell.pid}/comm`, 'sleep');
    expect(processStart(pid)).toMatch(/^\d+$/);
    process.kill(pid, 'SIGKILL');
    await until(`/proc/${pid}/stat`, ') Z ');
    expect(processStart(pid)).toBeUndefined();
  });
});
