/**
 * A folder that appears whole or not at all: it is filled under a temporary name beside it and renamed at the end. What
 * fails or is interrupted on the way (SIGINT, SIGTERM, SIGHUP) leaves nothing behind.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DataError, UsageError } from '../../errors.ts';
import { adoptFileSync, removeQuietlySync, temporaryPath } from '../../files/whole-file.ts';
import { exitStatusOf, STOP_SIGNALS } from '../../stop-signals.ts';
import { terminal } from '../../terminal.ts';

/**
 * @param out - the folder to make; where it is there already it must be empty
 * @param fill - fills the folder it is given
 * @throws UsageError where `out` has something in it; DataError where it cannot be made
 */
export async function fillFolder<T>(out: string, fill: (folder: string) => Promise<T>): Promise<T> {
  const final = resolve(out);
  refuseOccupied(final, out);
  let folder: string | undefined;
  const sweep = () => {
    if (folder !== undefined) removeQuietlySync(folder);
  };
  const interrupted = (signal: NodeJS.Signals) => {
    sweep();
    terminal.endAll();
    terminal.say(`stopped; ${out} was not made`);
    process.exit(exitStatusOf(signal));
  };
  // Before the folder is there: a signal that comes while it is made would end the process and leave it.
  for (const signal of STOP_SIGNALS) process.on(signal, interrupted);
  try {
    folder = makeBeside(final, out);
    const result = await fill(folder);
    refuseOccupied(final, out);
    rmSync(final, { recursive: true, force: true });
    adoptFileSync(folder, final);
    return result;
  } catch (error) {
    sweep();
    // The user knows the folder by its final name.
    if (error instanceof DataError && folder !== undefined) {
      error.message = error.message.replaceAll(folder, final);
    }
    throw error;
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, interrupted);
  }
}

function refuseOccupied(final: string, out: string): void {
  if (!existsSync(final)) return;
  if (!statSync(final).isDirectory()) throw new UsageError(`--out ${out} is a file; choose a folder`);
  if (readdirSync(final).length > 0) {
    throw new UsageError(`--out ${out} is there and not empty; choose another folder, or delete it first`);
  }
}

/** Makes the folder that is filled; what was left of earlier ones is swept. */
function makeBeside(final: string, out: string): string {
  try {
    makeParents(final);
    const folder = temporaryPath(final);
    mkdirSync(folder);
    return folder;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? error;
    throw new DataError(`--out ${out} cannot be made (${reason}); choose a folder that you may write to`);
  }
}

/** Not `mkdir` with `recursive`, which never returns where the system says that a path it just made is not there (/proc). */
function makeParents(path: string): void {
  const parent = dirname(path);
  if (existsSync(parent)) return;
  makeParents(parent);
  mkdirSync(parent);
}
