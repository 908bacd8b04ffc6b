/**
 * Processes as they can be told from all others, and whether one still lives: for locks, and for files that are being written. A
 * number alone tells nothing: numbers are used again, and in every container a process may be number 1. So a process is its
 * number, where that counts (boot of the machine and PID namespace), and when it started. Linux tells all this in /proc; elsewhere
 * all that is known is whether a process of that number is there.
 */
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const ELSEWHERE = 'unknown';

/** Where a process's number counts. */
export interface PidSpace {
  readonly host: string;
  /** See `bootOfHost`; empty where the system does not say. */
  readonly boot: string;
  /** See `pidNamespace`. */
  readonly pids: string;
}

/** `unseen`: whether it lives cannot be told from here; it lives if it gives signs of life. */
export type Standing = 'alive' | 'gone' | 'unseen';

/** One text for all processes that can see each other's numbers. The host counts where boots cannot be told. */
export function spaceText({ host, boot, pids }: PidSpace): string {
  return `${boot === '' ? host : boot} ${pids}`;
}

export const ownSpace = (): PidSpace => ({ host: hostname(), boot: bootOfHost(), pids: pidNamespace() });

/** How two texts are compared of which only marks were kept. */
export interface Marks {
  readonly space: (text: string) => string;
  readonly start: (text: string) => string;
}

const WHOLE: Marks = { space: (text) => text, start: (text) => text };

/**
 * Whether a process lives.
 *
 * @param owner - its number; `space` see `spaceText`, `start` see `processStart`
 */
export function standingOf(
  owner: { readonly space: string; readonly pid: number; readonly start: string },
  marks: Marks = WHOLE,
): Standing {
  if (owner.space !== marks.space(spaceText(ownSpace())) || !seesProcesses()) return 'unseen';
  const start = processStart(owner.pid);
  if (start === undefined && isHidden(owner.pid)) return 'unseen';
  return start !== undefined && owner.start === marks.start(start) ? 'alive' : 'gone';
}

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

/** False in a PID namespace whose /proc is still that of the one around it: what stands there is of other processes. */
function seesProcesses(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

/** Whether there is a process that /proc does not show: another user's, where it is mounted with `hidepid`. */
const isHidden = (pid: number): boolean => isThere(pid) && !existsSync(`/proc/${pid}`);

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
