/**
 * A process outlives its terminal where the connection breaks, or as a background job of a shell that has ended. Node puts the
 * modes of the terminal back when it exits, and aborts if that fails, with status 134 instead of its own; of a descriptor
 * that is closed it puts nothing back.
 */
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** To be called at the start, while the terminal is there: a process that has lost it by the end exits with its own status. */
export function surviveLostTerminal(): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  if (terminals.length === 0) return;
  process.once('exit', () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}
