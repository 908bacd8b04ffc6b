/**
 * A child process that does a step whenever it is asked: so that steps of different programs alternate, and each
 * program's memory is its own. It says what it is in a line of JSON, then answers every line it reads with another
 * (own.ts; peers/child.py).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BackendName } from '../src/backend/names.ts';
import type { Time } from './timing.ts';
import type { WorkOptions } from './work.ts';

/** What a child says when it has warmed up. */
export interface Ready {
  readonly parameters?: number;
  readonly gflop?: number;
  readonly frames?: number;
}

/** What a child says of a step. */
export interface Step extends Time {
  readonly loss: number;
  /** Most the process has had resident so far, MB. */
  readonly memoryMB: number;
}

export class Child {
  readonly ready: Ready;
  /** MB, after the last step. */
  memoryMB = 0;
  readonly #process: ChildProcess;
  readonly #answer: () => Promise<unknown>;

  private constructor(process: ChildProcess, answer: () => Promise<unknown>, ready: Ready) {
    this.#process = process;
    this.#answer = answer;
    this.ready = ready;
  }

  /** @throws Error with what the process printed, if it ends before it is ready */
  static async start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Child> {
    const child = spawn(command, args, { stdio: 'pipe', env: { ...process.env, ...env } });
    let complaints = '';
    child.stderr.on('data', (text) => {
      complaints = (complaints + text).slice(-4000);
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const answer = async () => {
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value);
      await once(child, 'close');
      throw new Error(`${[command, ...args].join(' ')} ended:\n${complaints}`);
    };
    return new Child(child, answer, (await answer()) as Ready);
  }

  async step(): Promise<Time> {
    this.#process.stdin?.write('step\n');
    const { ms, cpuMs, memoryMB } = (await this.#answer()) as Step;
    this.memoryMB = memoryMB;
    return { ms, cpuMs };
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const closed = once(this.#process, 'close');
    this.#process.stdin?.end();
    await closed;
  }
}

/** What a child of this program does (own.ts). */
export type OwnTask =
  | ({ readonly task: 'train'; readonly model: string; readonly backend: BackendName } & WorkOptions)
  | { readonly task: 'evaluate'; readonly model: string; readonly backend: BackendName }
  | { readonly task: 'load'; readonly recordings: number; readonly loaders: number };

export function startOwn(task: OwnTask): Promise<Child> {
  const file = fileURLToPath(new URL('./own.ts', import.meta.url));
  return Child.start(process.execPath, ['--import', 'tsx', file, JSON.stringify(task)]);
}

/** Runs something with children, and ends them whatever happens. */
export async function withChildren<Result>(
  starting: readonly (() => Promise<Child>)[],
  use: (children: Child[]) => Promise<Result>,
): Promise<Result> {
  const children: Child[] = [];
  try {
    for (const start of starting) children.push(await start()); // one after the other: they compute as they warm up
    return await use(children);
  } finally {
    await Promise.all(children.map((child) => child.close()));
  }
}
