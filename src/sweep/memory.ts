/** How much memory a process takes, and how much a machine has to give. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { promisify } from 'node:util';

export const GB = 1e9;

/** @returns resident bytes of a process with all its threads; undefined if it is gone */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    if (process.platform === 'linux') {
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
    return Number(stdout) * 1024;
  } catch {
    return undefined;
  }
}

/** What the machine, or the container this process is in, has in all. */
export function totalBytes(): number {
  const constrained = process.constrainedMemory(); // 0 or a number beyond all memory where there is no limit
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
