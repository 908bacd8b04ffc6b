import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import { lock } from './lock.ts';

function lockFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'install.lock');
}

test('a lock held by a living process is refused, and free again once given back', () => {
  const file = lockFile();
  const unlock = lock(file);
  expect(() => lock(file)).toThrow(UsageError);
  expect(() => lock(file)).toThrow(`process ${process.pid} on ${hostname()}`);
  unlock();
  expect(existsSync(file)).toBe(false);
  lock(file)();
});

test('a lock left by a process that is gone is taken over', () => {
  const file = lockFile();
  const gone = Number(spawnSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).stdout);
  writeFileSync(file, JSON.stringify({ process: gone, started: '1', host: hostname() }));
  lock(file);
  expect(JSON.parse(readFileSync(file, 'utf8')).process).toBe(process.pid);
});

test('a lock whose process number now belongs to a later process is taken over', () => {
  const file = lockFile();
  writeFileSync(file, JSON.stringify({ process: process.pid, started: '1', host: hostname() }));
  expect(() => lock(file)).not.toThrow();
});

test('a lock file that was cut off while being written is taken over', () => {
  const file = lockFile();
  writeFileSync(file, '{"process": 12');
  expect(() => lock(file)).not.toThrow();
});

test('a lock of another machine on a shared home folder is respected', () => {
  const file = lockFile();
  writeFileSync(file, JSON.stringify({ process: 1, started: '1', host: 'another-machine' }));
  expect(() => lock(file)).toThrow('on another-machine');
});
