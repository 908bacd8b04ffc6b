/**
 * How the last attempt at a run ended, as a file: a run that fails before it has a folder (no data, no backend) leaves its
 * cause only here, and a scheduler forgets exit codes. Removed when an attempt begins, so what is there is of the last
 * one; an attempt that was killed leaves none.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { replaceFile, writeFailure } from '../files/whole-file.ts';
import { outcomePath } from './sweep-file.ts';

const shape = z.object({
  state: z.enum(['finished', 'stopped', 'failed']),
  /** Exit status of the attempt. */
  status: z.number(),
  /** Why it failed or stopped, in words. */
  cause: z.string().optional(),
  /** ISO 8601 */
  ended: z.string(),
});
export type Outcome = z.output<typeof shape>;

/** Forgets the attempt before. @throws DataError if the folder cannot be written */
export async function clearOutcome(sessions: string, run: string): Promise<void> {
  const path = outcomePath(sessions, run);
  try {
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
  } catch (error) {
    throw writeFailure(dirname(path), error);
  }
}

/** @throws DataError if it cannot be written */
export async function writeOutcome(
  sessions: string,
  run: string,
  outcome: Omit<Outcome, 'ended'>,
): Promise<void> {
  const value: Outcome = { ...outcome, ended: new Date().toISOString() };
  await replaceFile(outcomePath(sessions, run), `${JSON.stringify(value, null, 2)}\n`);
}

/** Undefined if the last attempt was killed, still goes on, or never was. */
export async function readOutcome(sessions: string, run: string): Promise<Outcome | undefined> {
  try {
    return shape.parse(JSON.parse(await readFile(outcomePath(sessions, run), 'utf8')));
  } catch {
    return undefined;
  }
}

// How far a run is, as its process tells the sweep that started it.

export type RunProgress =
  | {
      readonly kind: 'batch';
      readonly epoch: number;
      readonly epochs: number;
      readonly batch: number;
      readonly batches: number;
      /** Mean of the epoch so far. */
      readonly loss: number;
    }
  | {
      readonly kind: 'epoch';
      readonly epoch: number;
      readonly epochs: number;
      readonly train: number;
      readonly valid: number;
    };

// The last line of a log that says something: of what died without a word of its own, this is the cause.

const TAIL = 4096;

/** @returns empty if there is none */
export function lastLine(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(TAIL, size));
    readSync(file, tail, 0, tail.length, size - tail.length);
    return tail.toString().trimEnd().split('\n').at(-1)?.trim() ?? '';
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
