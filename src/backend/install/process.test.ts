/** Programs that an install starts end with it, however it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { pythonModule, run, stopAll } from './process.ts';

/** A module that writes its number and that of a child, both of which then sleep for an hour. */
const SLEEPERS = `
import os, subprocess, sys, time
child = subprocess.Popen(['sleep', '3600'])
with open('pids.tmp', 'w') as file: file.write(f'{os.getpid()} {child.pid}')
os.rename('pids.tmp', 'pids')
time.sleep(3600)
`;

function folderWith(module: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-process-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'module.py'), module);
  return folder;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

/** A zombie has ended: what a container's first process does not collect counts as gone. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const pidsIn = (folder: string) => readFileSync(join(folder, 'pids'), 'utf8').split(' ').map(Number);
const inFolder = (folder: string) => ({ cwd: folder, environment: { PYTHONPATH: folder } });

test('a module gets its arguments and hands back what it says', async () => {
  const folder = folderWith('import sys; print(sys.argv[1:]); sys.exit(3)');
  const ended = await run('python3', pythonModule('module', 'a b', '--c'), inFolder(folder));
  expect(ended).toMatchObject({ status: 3, signal: null, stdout: "['a b', '--c']\n", stderr: '' });
});

test('stopped, with all that it started', async () => {
  const folder = folderWith(SLEEPERS);
  const running = run('python3', pythonModule('module'), inFolder(folder));
  await until(() => existsSync(join(folder, 'pids')));
  stopAll();
  expect((await running).signal).toBe('SIGKILL');
  await until(() => !pidsIn(folder).some(isRunning));
});

test('whoever started it is killed: it ends too, with all that it started', async () => {
  const folder = folderWith(SLEEPERS);
  const source = `
    import { run, pythonModule } from ${JSON.stringify(new URL('./process.ts', import.meta.url).href)};
    await run('python3', pythonModule('module'), ${JSON.stringify(inFolder(folder))});`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', source];
  const parent = spawn(process.execPath, args, { stdio: 'inherit' });
  await until(() => existsSync(join(folder, 'pids')));
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await until(() => !pidsIn(folder).some(isRunning));
});
