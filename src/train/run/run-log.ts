/**
 * `log.jsonl`: what happened in a run, one JSON object a line, for people who look for a fault afterwards. Written at once,
 * so that nothing is lost when the process ends. The numbers of training are in metrics-log.ts.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { say } from '../../terminal.ts';

export type RunLog = Logger;

/** @param folder - of the run; goes on with the log that is there */
export function openRunLog(folder: string): { log: RunLog; close(): void } {
  const path = join(folder, 'log.jsonl');
  const destination = pino.destination({ dest: path, sync: true, append: true });
  let complained = false;
  destination.on('error', (error: Error) => {
    // The log is not worth losing a run for; what is, a checkpoint, will fail by itself.
    if (!complained) say(`${path}: cannot be written: ${error.message}`);
    complained = true;
  });
  if (endsWithinLine(path)) destination.write('\n');
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return { log, close: () => destination.end() };
}

/** True where a killed process left half a line. */
function endsWithinLine(path: string): boolean {
  const file = openSync(path, 'a+');
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
  } finally {
    closeSync(file);
  }
}
