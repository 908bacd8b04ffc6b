/** Under the slider, a strip for each drive that is shown: how long it is, where its model did not drive, crashes and gaps. */
import { manualStretches, PlotCanvas, rule, type Span, theme, timeAt, xOf } from './plot-canvas.ts';
import type { Series } from './series.ts';

/** Of all strips together at most, and of one with what is below it, CSS pixels. */
const HIGHEST = 96;
const ROW = 12;
const LOWEST_ROW = 4;
/** Half of the slider's thumb: so far its middle stays from the ends. */
const MARGIN = { left: 8, right: 8 };

export class TimeLine {
  #drives: readonly Series[] = [];
  readonly plot = new PlotCanvas('time-line', () => Math.max(1, this.#drives.length) * this.#row, MARGIN);

  get #row(): number {
    return Math.max(LOWEST_ROW, Math.min(ROW, Math.floor(HIGHEST / Math.max(1, this.#drives.length))));
  }

  timeAt(x: number, span: Span): number {
    return timeAt(x, span, this.plot.box);
  }

  draw(drives: readonly Series[], time: number, span: Span): void {
    this.#drives = drives;
    const counted = drives.map(({ info }) => `${info.title}: ${info.crashes.length} crashes`);
    this.plot.canvas.setAttribute('aria-label', `time line. ${counted.join('; ')}`);
    this.plot.draw(
      `${span.from} ${span.to} ${drives.map(({ info }) => info.title + info.group).join()}`,
      (context, box) => {
        const { line, crash, paper } = theme();
        const row = this.#row;
        for (const [n, { times, autonomous, start, end, info }] of drives.entries()) {
          const [top, bottom] = [n * row, (n + 0.75) * row];
          const left = xOf(start, span, box);
          context.fillStyle = line;
          context.fillRect(left, top, Math.max(1, xOf(end, span, box) - left), bottom - top);
          manualStretches(context, times, autonomous, span, box, [top, bottom]);
          for (const frame of info.gaps) rule(context, xOf(times[frame], span, box), top, bottom, paper, 2);
          for (const frame of info.crashes)
            rule(context, xOf(times[frame], span, box), top, bottom, crash, 2);
        }
      },
      (context, box) => rule(context, xOf(time, span, box), 0, box.height, theme().ink),
    );
  }
}
