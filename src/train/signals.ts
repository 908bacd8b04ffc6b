/**
 * Signals as requests: the first one asks for a checkpoint, which training makes at the end of the batch; a second Ctrl-C
 * ends at once. Training has to let the event loop in between two batches, or no signal is ever seen.
 */
import { exitStatusOf, STOP_SIGNALS } from '../stop-signals.ts';
import { say, terminal } from '../terminal.ts';

/** SIGUSR2 is what schedulers send ahead of time; SIGUSR1 is Node's debugger. */
const SIGNALS = [...STOP_SIGNALS, 'SIGUSR2'] as const;
export type StopSignal = (typeof SIGNALS)[number];

export interface StopRequests {
  /** The first signal that came, if any. */
  requested(): StopSignal | undefined;
  /** Signals mean again what they mean to any process. */
  dispose(): void;
}

/** `npm run` passes a Ctrl-C on that the terminal has sent already: what comes so soon is the same one. */
const SAME_MS = 300;

/**
 * Listens from now on. What is asked for is said on stderr.
 *
 * @param heard - told of every request; `again`: the process ends right after
 */
export function stopRequests(heard?: (signal: StopSignal, again: boolean) => void): StopRequests {
  let first: StopSignal | undefined;
  let firstAt = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (first === undefined) {
      first = signal as StopSignal;
      firstAt = performance.now();
      const again = first === 'SIGINT' ? '; Ctrl-C again ends at once' : '';
      say(`${first}: finishing the batch and writing a checkpoint${again}`);
      heard?.(first, false);
    } else if (signal === 'SIGINT' && performance.now() - firstAt > SAME_MS) {
      terminal.endAll();
      say('ended at once; --resume goes on from the last checkpoint');
      heard?.(signal, true);
      process.exit(exitStatusOf(signal));
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    requested: () => first,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
