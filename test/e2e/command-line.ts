/** Runs the built command line as a user would, in a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, onTestFinished } from 'vitest';

export const ENTRY = fileURLToPath(new URL('../../bin/ncp-train.js', import.meta.url));

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** A folder that is removed when the test file ends. */
export function folderOfFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Starts `ncp-train` in a process group of its own. @param environment - added to this process's */
export function start(
  args: string[],
  environment: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [ENTRY, ...args], { env, detached: true });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('exit', async (status) => {
      // What it wrote last is in the pipes, which its own children may keep open: until a turn brings nothing more.
      for (let before = -1; before !== output.stdout.length + output.stderr.length; ) {
        before = output.stdout.length + output.stderr.length;
        await nextTurn();
        await nextTurn();
      }
      resolve({ status, ...output });
    });
  });
  return { child, ended };
}

/** Environment of a command that gets a signal from within, as soon as it says something on stderr. */
export function signalAt(pattern: RegExp, signal: NodeJS.Signals): Record<string, string> {
  const program = fileURLToPath(new URL('../programs/signal-at.mjs', import.meta.url));
  return { NODE_OPTIONS: `--import ${program}`, SIGNAL_AT: pattern.source, SIGNAL: signal };
}

/** Runs `ncp-train` to its end. */
export function ncpTrain(args: string[], environment?: Record<string, string>): Promise<Ended> {
  return start(args, environment).ended;
}

/** Waits for what nothing tells of, such as a file, as long as it takes. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(50);
}

/** Writes an executable shell script. */
export function script(folder: string, name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}
