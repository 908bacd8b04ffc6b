/**
 * Tells people on stderr how far an install is: on a terminal one line that is rewritten, elsewhere a line for each
 * step and one every five seconds while it lasts.
 */
import { terminal as ownTerminal, type Terminal } from '../../terminal.ts';

const TERMINAL_MS = 500;
const PLAIN_MS = 5000;

/**
 * Runs one step and reports on it until it ends.
 * @param what - the step, e.g. `compiling the add-on`
 * @param work - the step itself
 * @param state - asked for now and then: how far it is, e.g. `120 MB`
 * @param terminal - for tests
 */
export async function reporting<T>(
  what: string,
  work: () => Promise<T>,
  state = () => '',
  terminal: Terminal = ownTerminal,
): Promise<T> {
  const started = Date.now();
  const line = () => {
    const seconds = `${Math.round((Date.now() - started) / 1000)} s`;
    return [what, state(), seconds].filter((part) => part !== '').join(', ');
  };
  // What is waited for does not say how far it is, so it is looked at now and then.
  if (terminal.canRewrite) {
    const bars = terminal.show(() => [line()]);
    const timer = setInterval(bars.changed, TERMINAL_MS);
    return work().finally(() => {
      clearInterval(timer);
      bars.end('lines');
    });
  }
  terminal.say(`${what} …`);
  const timer = setInterval(() => terminal.say(line()), PLAIN_MS);
  return work().finally(() => {
    clearInterval(timer);
    terminal.say(line());
  });
}

/** Bytes as people read them: `273.8 MB`, `1.4 GB`; powers of ten, as package indexes count. */
export function readableBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
