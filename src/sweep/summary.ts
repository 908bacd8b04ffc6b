/**
 * What a sweep ends with: a table of its runs, and the results of those that are finished, as the results command makes
 * them. Kept in `sessions/sweep/` as text for people and JSON for machines.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, writeFailure } from '../files/whole-file.ts';
import { resultsAsJson, resultsAsText } from '../results/formats.ts';
import { type Results, resultsOf } from '../results/results.ts';
import { plural } from '../text/figures.ts';
import { countsText, type RunStatus } from './status.ts';
import { SWEEP_FOLDER } from './sweep-file.ts';

export interface SweepSummary {
  readonly sessions: string;
  readonly runs: readonly RunStatus[];
  /** Undefined if no run has begun. */
  readonly results: Results | undefined;
}

/** @param runs - as they stand */
export function summarise(sessions: string, runs: readonly RunStatus[]): SweepSummary {
  const begun = runs.flatMap(({ reading }) => reading ?? []);
  return { sessions, runs, results: begun.length > 0 ? resultsOf(begun) : undefined };
}

/** @param table - of the runs, as text */
export function summaryText({ sessions, runs, results }: SweepSummary, table: string): string {
  const parts = [`${sessions}: ${plural(runs.length, 'run')}, ${countsText(runs)}`, table];
  if (results) parts.push(resultsAsText(results, false));
  return parts.join('\n\n');
}

export function summaryJson({ sessions, runs, results }: SweepSummary): string {
  const plain = runs.map(({ reading: _, ...run }) => run);
  const value = { sessions, runs: plain, results: results ? JSON.parse(resultsAsJson(results)) : null };
  return JSON.stringify(value, null, 2);
}

/** Writes `summary.txt` and `summary.json`. @returns path of the text @throws DataError if they cannot be written */
export async function saveSummary(sessions: string, text: string, json: string): Promise<string> {
  const folder = join(sessions, SWEEP_FOLDER);
  const path = join(folder, 'summary.txt');
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeFailure(folder, error);
  }
  await replaceFile(path, `${text}\n`);
  await replaceFile(join(folder, 'summary.json'), `${json}\n`);
  return path;
}
