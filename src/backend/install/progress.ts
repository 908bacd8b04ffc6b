/**
 * Tells people on stderr how far an install is: on a terminal one line that is rewritten, elsewhere a line for each
 * step and one every five seconds while it lasts.
 */

const TERMINAL_MS = 500;
const PLAIN_MS = 5000;

/**
 * Runs one step and reports on it until it ends.
 * @param what - the step, e.g. `compiling the add-on`
 * @param work - the step itself
 * @param state - asked for now and then: how far it is, e.g. `120 MB`
 */
export async function reporting<T>(what: string, work: () => Promise<T>, state = () => ''): Promise<T> {
  const terminal = process.stderr.isTTY === true;
  const started = Date.now();
  const line = (end: string) => {
    const seconds = `${Math.round((Date.now() - started) / 1000)} s`;
    const text = [what, state(), seconds].filter((part) => part !== '').join(', ');
    process.stderr.write(
      terminal ? `\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}${end}` : `${text}\n`,
    );
  };
  if (!terminal) process.stderr.write(`${what} …\n`);
  const timer = setInterval(() => line(''), terminal ? TERMINAL_MS : PLAIN_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    line('\n');
  }
}

/** Bytes as people read them: `273.8 MB`, `1.4 GB`; powers of ten, as package indexes count. */
export function readableBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
