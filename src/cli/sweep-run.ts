/** `ncp-train sweep run`: one run of a sweep in this process, which is what its executors start. See src/sweep/run-one.ts. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RunProgress } from '../sweep/outcome.ts';
import { print } from '../terminal.ts';
import type { Observer } from '../train/session.ts';
import { wholeNumber } from './number-flags.ts';
import { trainingView } from './training-view.ts';

/** A sweep's view is rewritten four times a second. */
const SEND_MS = 250;

export function define(command: Command): void {
  command
    .argument('<dir>', 'sessions folder of the sweep')
    .argument('<run>', 'as sweep.json names it, e.g. passive/wm_session/experiment_0')
    .option('--cores <n>', 'threads or replicas, where the plan leaves them open; 0: all', wholeNumber(), 0)
    .option('--signal-ahead <s>', 'Slurm’s signal comes so long before the time limit', wholeNumber(), 0)
    .action(async (dir: string, name: string, { cores, signalAhead }) => {
      const sessions = resolve(dir);
      const { plannedRunOf, runOne } = await import('../sweep/run-one.ts'); // TensorFlow.js, which --help does not need
      const { afterStop } = await import('../sweep/slurm/requeue.ts');
      const run = await plannedRunOf(sessions, name);
      let steps = 0;
      const view = reported(trainingView(run.options.log_period, false), () => {
        steps += 1;
      });
      const outcome = await runOne(sessions, run, cores, view, (signal) =>
        afterStop(signal, signalAhead, steps > 0),
      );
      print(`${name}: ${outcome.state}${outcome.cause === undefined ? '' : `: ${outcome.cause}`}`);
      process.exitCode = outcome.status;
    });
}

/** The view of a run, which also tells the sweep that started it how far it is. */
function reported(view: Observer, onStep: () => void): Observer {
  let epochs = 0;
  let batches = 0;
  let sum = 0;
  let count = 0;
  let sent = 0;
  return {
    caching: view.caching,
    ended: view.ended,
    starting(session) {
      ({ epochs, batchesPerEpoch: batches } = session);
      view.starting(session);
    },
    validated(epoch, valid, isBest) {
      sum = 0;
      count = 0;
      view.validated(epoch, valid, isBest);
    },
    stepped(epoch, batch, metrics, frames) {
      onStep();
      sum += metrics.mse;
      count += 1;
      const now = performance.now();
      if (now - sent >= SEND_MS) {
        sent = now;
        tell({ kind: 'batch', epoch, epochs, batch, batches, loss: sum / count });
      }
      view.stepped(epoch, batch, metrics, frames);
    },
    epochEnded(epoch, train, valid) {
      tell({ kind: 'epoch', epoch, epochs, train: train.loss, valid: valid.loss });
      view.epochEnded(epoch, train, valid);
    },
  };
}

/** A sweep that was killed is told no more; the run goes on. */
function tell(progress: RunProgress): void {
  if (process.connected) process.send?.(progress, undefined, undefined, () => undefined);
}
