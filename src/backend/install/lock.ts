/**
 * Keeps two installs apart: a file that names the process holding it. A file left by a process that is gone is
 * taken over; it counts as gone when no process has its number, or one that started at another time.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { UsageError } from '../../errors.ts';
import { tildePath } from '../paths.ts';

interface Holder {
  process: number;
  /** When it started, as Linux counts (field 22 of /proc/N/stat); tells it from a later process of that number. */
  started: string;
  host: string;
}

/**
 * Takes the lock, or says who has it. The file's folder exists.
 * @returns the function that gives it back
 * @throws UsageError while a living process holds it
 */
export function lock(file: string): () => void {
  const mine: Holder = { process: process.pid, started: startTime(process.pid) ?? '', host: hostname() };
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = read(file);
    if (holder !== undefined && isAlive(holder)) {
      throw new UsageError(
        `another install is under way: process ${holder.process} on ${holder.host}. ` +
          `Wait for it to end; if it is gone, remove ${tildePath(file)}`,
      );
    }
    rmSync(file, { force: true });
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // its writer was stopped halfway
  }
}

/** A process of another machine, on a shared home folder, cannot be looked at, so it counts as living. */
function isAlive(holder: Holder): boolean {
  return holder.host !== hostname() || startTime(holder.process) === holder.started;
}

function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]; // the program's name, in brackets, may hold spaces
  } catch {
    return undefined;
  }
}
