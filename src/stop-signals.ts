/** The signals that ask a process to end, and what a process does that was asked. */
import { constants } from 'node:os';

/** Ctrl-C; what `kill`, systems and schedulers send; the terminal or the connection is gone. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** 130 for SIGINT, 129 for SIGHUP, as shells have it; 143 for SIGTERM, and for SIGUSR2, which says the same. */
export function exitStatusOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal === 'SIGUSR2' ? 'SIGTERM' : signal];
}

/**
 * Listens from now on: work that can be broken off is given `signal`, whose reason is the name of the first one that came.
 * Those after it change nothing.
 */
export function abortOnStop(): { readonly signal: AbortSignal; dispose(): void } {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals) => stopping.abort(signal);
  for (const name of STOP_SIGNALS) process.on(name, stop);
  return {
    signal: stopping.signal,
    dispose: () => {
      for (const name of STOP_SIGNALS) process.off(name, stop);
    },
  };
}
