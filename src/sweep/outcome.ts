/**
 * How the last attempt at a run ended, as a file: a run that fails before it has a folder (no data, no backend) leaves its
 * cause only here, and a scheduler forgets exit codes. Removed when an attempt begins, so what is there is of the last
 * one; an attempt that was killed leaves none.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { replaceFile, writeFailure } from '../files/durable.ts';
import { outcomePath } from './places.ts';

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
