/**
 * When a process started, as its system tells it: with the pid and the boot of the machine this names one process for ever.
 * Linux tells it in /proc; elsewhere all that is known is whether a process of that pid is there.
 */
import { readFileSync, readlinkSync } from 'node:fs';

const ELSEWHERE = 'unknown';

/** @returns start time in the system's ticks since its boot, as text; undefined if there is no such process */
export function processStart(pid: number): string | undefined {
  if (process.platform !== 'linux') return isThere(pid) ? ELSEWHERE : undefined;
  try {
    // pid (name) state ppid …: the name may hold anything, so count from the last parenthesis. State is field 3.
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[22 - 3]];
    return state === 'Z' || state === 'X' ? undefined : start; // dead, its parent has not asked for its status yet
  } catch {
    return undefined;
  }
}

/** The space in which this process's number counts, which every container has of its own; empty where there is only one. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Another text after every boot; empty where the system does not say. */
export function bootOfHost(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
