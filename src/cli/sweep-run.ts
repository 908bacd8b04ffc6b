/** `ncp-train sweep run`: one run of a sweep in this process, which is what its executors start. See src/sweep/run-one.ts. */
import { resolve } from 'node:path';
import { sweepRunOptions } from '../options/commands/runs.ts';
import type { RunProgress } from '../sweep/outcome.ts';
import type { Observer } from '../train/session.ts';
import { defineCommand } from './command.ts';
import { one } from './operands.ts';
import { trainingView } from './training-view.ts';

/** A sweep's view is rewritten four times a second. */
const SEND_MS = 250;

export default defineCommand({
  operands: {
    folder: one('sessions folder of the sweep'),
    run: one('as sweep.json names it, e.g. passive/wm_session/experiment_0'),
  },
  options: sweepRunOptions,
  async run({ cores, signal_ahead: signalAhead }, { folder, run: name }, { quiet, print }) {
    const sessions = resolve(folder);
    const { plannedRunOf, runOne } = await import('../sweep/run-one.ts'); // TensorFlow.js, which --help does not need
    const { afterStop } = await import('../sweep/slurm/requeue.ts');
    const run = await plannedRunOf(sessions, name);
    let steps = 0;
    const view = reported(trainingView(run.options.log_period, quiet), () => {
      steps += 1;
    });
    const outcome = await runOne(sessions, run, cores, view, (signal) =>
      afterStop(signal, signalAhead, steps > 0),
    );
    const cause = outcome.cause === undefined ? '' : `: ${outcome.cause}`;
    print({ run: name, ...outcome }, `${name}: ${outcome.state}${cause}`);
    process.exitCode = outcome.status;
  },
});

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
