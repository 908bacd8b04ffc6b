/**
 * Runs other programs (Python, the compiler, npm) and hands back how they ended. Never through a shell. Each has a process
 * group of its own, with whatever it starts, so that all of it can be ended; what writes for minutes, as pip does, also ends
 * by itself when this process is killed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

export interface Ended {
  /** Exit status; null when a signal ended it or it could not be started. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/**
 * Runs a program to its end. A program that cannot be started has status null and the reason in `stderr`.
 * @param environment - variables added to this process's own
 */
export function run(
  program: string,
  args: readonly string[],
  options: { environment?: Record<string, string>; cwd?: string } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'], // its input stays open until it ends, or until this process is gone
      detached: true,
    });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const end = (status: number | null, signal: NodeJS.Signals | null) => {
      running.delete(child);
      resolve({ status, signal, stdout, stderr });
    };
    child.stdin.on('error', () => undefined); // it has ended
    child.on('error', (error) => {
      stderr += error.message;
      end(null, null);
    });
    child.on('close', end);
  });
}

/** Whether the program starts and ends with status 0; for quick questions such as `--version`. */
export function answers(program: string, args: readonly string[], input = ''): boolean {
  return spawnSync(program, args, { input, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
}

/** Ends every program still running, and what they started; for when this process is told to stop. */
export function stopAll(): void {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}

/** Ends its process group when its input ends, which is when the process that started it does. */
const PYTHON_MODULE = `
import os, runpy, signal, sys, threading
def end_with_parent():
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=end_with_parent, daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)
`;

/** Arguments with which `run` has Python run a module as `-m` would; it does not outlive this process. */
export function pythonModule(module: string, ...args: readonly string[]): string[] {
  return ['-c', PYTHON_MODULE, module, ...args];
}

/** The last lines that say something, for an error message. */
export function lastLines(text: string, count = 12): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}
