/**
 * What a sweep shows while it runs on this machine: on a terminal a line per run that goes on, rewritten, with one for the
 * whole below; elsewhere a line per event. Everything goes to stderr.
 */
import { MultiBar, type Options, type SingleBar } from 'cli-progress';
import type { LocalWatcher } from '../train/sweep/local.ts';
import type { PlannedRun } from '../train/sweep/plan.ts';
import type { RunProgress } from '../train/sweep/progress-message.ts';
import { duration } from './duration.ts';

export interface SweepView extends LocalWatcher {
  /** Takes the lines away that are rewritten. */
  close(): void;
}

/** Slower would look halted, faster would cost what runs could use. */
const FRAMES_PER_SECOND = 4;
const CELLS = 20;

/**
 * @param total - runs of the sweep that are not finished
 * @param quiet - failures only
 * @param stream - for tests
 */
export function sweepView(
  total: number,
  quiet: boolean,
  stream: NodeJS.WriteStream = process.stderr,
): SweepView {
  const started = performance.now();
  let ended = 0;
  let failed = 0;
  const bars = quiet || stream.isTTY !== true ? undefined : terminal(stream);
  const say = (text: string) => {
    if (bars) bars.log(`${text}\n`);
    else stream.write(`${text}\n`);
  };
  const at = () => `${ended + 1}/${total}`;
  const logPeriods = new Map<string, number>();
  return {
    started(run, what) {
      logPeriods.set(run.name, run.options.log_period);
      bars?.add(run);
      if (!quiet) say(`${run.name}: ${what === 'resume' ? 'goes on' : 'started'}`);
    },
    waiting(run, pid) {
      if (!quiet) say(`${run.name}: process ${pid} has it; it goes on when that ends`);
    },
    progress(run, progress) {
      if (progress.kind === 'batch') return bars?.update(run, progress, summaryLine());
      const { epoch, epochs, train, valid } = progress;
      if (quiet || bars || epoch % (logPeriods.get(run.name) ?? 1) !== 0) return;
      say(
        `${run.name}: epoch ${epoch} of ${epochs}, train ${train.toFixed(3)}, validation ${valid.toFixed(3)}`,
      );
    },
    ended(run, outcome) {
      const failure = outcome.state === 'failed';
      bars?.remove(run);
      if (!quiet || failure) {
        const cause = outcome.cause === undefined ? '' : `: ${outcome.cause}`;
        say(`${run.name}: ${outcome.state}${cause} (${at()})`);
      }
      ended += 1;
      if (failure) failed += 1;
      bars?.whole(summaryLine());
    },
    close: () => bars?.close(),
  };

  function summaryLine(): string {
    const seconds = (performance.now() - started) / 1000;
    const left = ended > 0 ? `, about ${duration(((total - ended) * seconds) / ended)} left` : '';
    return `${ended} of ${total} runs ended${failed > 0 ? `, ${failed} failed` : ''}${left}`;
  }
}

/** One line per run and one for the whole. */
function terminal(stream: NodeJS.WriteStream) {
  const options: Options = {
    stream,
    fps: FRAMES_PER_SECOND,
    hideCursor: true,
    linewrap: null,
    clearOnComplete: true,
    format: (_, { progress }, { text, isWhole }) => {
      const cells = '='.repeat(Math.round(progress * CELLS)).padEnd(CELLS);
      return (isWhole ? text : `[${cells}] ${text}`).slice(0, (stream.columns ?? 80) - 1);
    },
  };
  const bars = new MultiBar(options);
  const lines = new Map<string, SingleBar>();
  const whole = bars.create(1, 0, { text: '', isWhole: true });
  return {
    log: (text: string) => bars.log(text),
    add: ({ name }: PlannedRun) =>
      lines.set(name, bars.create(1, 0, { text: `${name} starts`, isWhole: false })),
    update: ({ name }: PlannedRun, progress: Extract<RunProgress, { kind: 'batch' }>, summary: string) => {
      const { epoch, epochs, batch, batches, loss } = progress;
      const bar = lines.get(name);
      bar?.setTotal(epochs * batches);
      bar?.update(epoch * batches + batch, {
        text: `${name} epoch ${epoch}/${epochs} loss ${loss.toFixed(3)}`,
      });
      whole.update(0, { text: summary });
    },
    whole: (summary: string) => whole.update(0, { text: summary }),
    remove: ({ name }: PlannedRun) => {
      const bar = lines.get(name);
      if (bar) bars.remove(bar);
      lines.delete(name);
    },
    close: () => bars.stop(),
  };
}
