/**
 * What a sweep shows while it runs on this machine: on a terminal a line per run that goes on, rewritten, with one for the
 * whole below; elsewhere a line per event. Everything goes to stderr.
 */

import type { LocalWatcher } from '../sweep/local.ts';
import { terminal as ownTerminal, type Terminal } from '../terminal.ts';
import { duration } from '../text/figures.ts';

export interface SweepView extends LocalWatcher {
  /** Takes the lines away that are rewritten. */
  close(): void;
}

const CELLS = 20;

/**
 * @param total - runs of the sweep that are not finished
 * @param quiet - failures only
 * @param terminal - for tests
 */
export function sweepView(total: number, quiet: boolean, terminal: Terminal = ownTerminal): SweepView {
  const started = performance.now();
  let ended = 0;
  let failed = 0;
  /** Runs that go on, by name: how far each is, as a share, and in words. */
  const going = new Map<string, { share: number; text: string }>();
  const logPeriods = new Map<string, number>();
  const bars =
    quiet || !terminal.canRewrite
      ? undefined
      : terminal.show(() => [...Array.from(going.values(), barLine), summaryLine()]);
  return {
    started(run, what) {
      logPeriods.set(run.name, run.options.log_period);
      going.set(run.name, { share: 0, text: `${run.name} starts` });
      if (!quiet) terminal.say(`${run.name}: ${what === 'resume' ? 'goes on' : 'started'}`);
    },
    waiting(run, pid) {
      if (!quiet) terminal.say(`${run.name}: process ${pid} has it; it goes on when that ends`);
    },
    progress(run, progress) {
      if (progress.kind === 'batch') {
        if (!going.has(run.name)) return; // a last word of one that has ended
        const { epoch, epochs, batch, batches, loss } = progress;
        const text = `${run.name} epoch ${epoch}/${epochs} loss ${loss.toFixed(3)}`;
        going.set(run.name, { share: (epoch * batches + batch) / (epochs * batches), text });
        bars?.changed();
        return;
      }
      const { epoch, epochs, train, valid } = progress;
      if (quiet || bars || epoch % (logPeriods.get(run.name) ?? 1) !== 0) return;
      terminal.say(
        `${run.name}: epoch ${epoch} of ${epochs}, train ${train.toFixed(3)}, validation ${valid.toFixed(3)}`,
      );
    },
    ended(run, outcome) {
      const failure = outcome.state === 'failed';
      ended += 1;
      if (failure) failed += 1;
      going.delete(run.name);
      if (quiet && !failure) return;
      const cause = outcome.cause === undefined ? '' : `: ${outcome.cause}`;
      terminal.say(`${run.name}: ${outcome.state}${cause} (${ended}/${total})`);
    },
    close: () => bars?.end('nothing'),
  };

  function summaryLine(): string {
    const seconds = (performance.now() - started) / 1000;
    const left = ended > 0 ? `, about ${duration(((total - ended) * seconds) / ended)} left` : '';
    return `${ended} of ${total} runs ended${failed > 0 ? `, ${failed} failed` : ''}${left}`;
  }
}

function barLine({ share, text }: { share: number; text: string }): string {
  return `[${'='.repeat(Math.round(share * CELLS)).padEnd(CELLS)}] ${text}`;
}
