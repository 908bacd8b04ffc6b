/** Runs a command whose N-th call that writes is its last, or fails: test/programs/fault-at.mjs. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stream } from '../../src/random/stream.ts';
import { type Ended, ncpTrain } from '../e2e/command-line.ts';
import { contentOf, expectStatus0, type WritingCommand } from './commands.ts';

const PROGRAM = fileURLToPath(new URL('../programs/fault-at.mjs', import.meta.url));
const LINE = 160;

export type Fault = 'kill' | 'torn' | 'ENOSPC' | 'EIO';

export interface Attack {
  /** Calls that an undisturbed command makes, one a line. */
  readonly calls: readonly string[];
  /** What an undisturbed command leaves. */
  readonly whole: Readonly<Record<string, string>>;
  /** A folder in which nothing was written yet, the same at every call. */
  fresh(): string;
  /** Runs the command there; at call `n` the fault happens. */
  run(n: number, fault: Fault): Promise<Ended>;
  /** Runs it there undisturbed. */
  again(): Promise<Ended>;
  dispose(): void;
}

/** @param parent - a folder for this command alone */
export async function attackOn(command: WritingCommand, parent: string): Promise<Attack> {
  // Paths stand in what is written, so everything is made at one place.
  const folder = join(parent, 'there');
  const before = join(parent, 'before');
  const journal = join(parent, 'journal');
  mkdirSync(folder, { recursive: true });
  await command.begin?.(folder);
  cpSync(folder, before, { recursive: true, preserveTimestamps: true });
  const start = (args: string[], environment = {}) =>
    ncpTrain(args, { NODE_OPTIONS: `--import ${PROGRAM}`, ...environment });
  const run = (n: number, fault: Fault) => {
    rmSync(journal, { force: true });
    return start(command.args(folder), { FAULT_AT: String(n), FAULT: fault, FAULT_JOURNAL: journal });
  };
  const fresh = () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    cpSync(before, folder, { recursive: true, preserveTimestamps: true });
    return folder;
  };
  fresh();
  expectStatus0(await run(0, 'kill'));
  const text = readFileSync(journal, 'latin1');
  const calls = Array.from({ length: text.length / LINE }, (_, i) =>
    text.slice(i * LINE, (i + 1) * LINE).trim(),
  );
  const whole = contentOf(folder);
  return {
    calls,
    whole,
    fresh,
    run,
    again: () => start(command.args(folder)),
    dispose: () => existsSync(parent) && rmSync(parent, { recursive: true, force: true, maxRetries: 10 }),
  };
}

/**
 * Which of `count` calls are attacked: all where `wanted` is at least as many, else so many of them, drawn by `seed`.
 */
export function drawn(count: number, wanted: number, seed: number, what: string): number[] {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  if (wanted >= count) return all;
  const draws = stream(seed, what);
  for (let i = 0; i < wanted; i++) {
    const other = draws.integer(i, count);
    [all[i], all[other]] = [all[other], all[i]];
  }
  return all.slice(0, wanted).sort((a, b) => a - b);
}
