/** Curvature over time, of the model and of who drove; where the model did not drive is shaded, crashes are marked. */
import { type Box, manualStretches, PlotCanvas, rule, type Span, theme, timeAt, xOf } from './plot-canvas.ts';
import { type Curve, figure, frameAt, type Series } from './series.ts';

const HEIGHT = 120;
const MARGIN = { left: 38, right: 54 };
const PADDING = 8;
/** What an axis may end with, times a power of ten. */
const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

export class SteeringPlot {
  readonly plot = new PlotCanvas('steering', () => HEIGHT, MARGIN);
  readonly #series: Series;

  constructor(series: Series) {
    this.#series = series;
    this.plot.canvas.setAttribute('aria-label', `steering over time of ${series.info.title}`);
  }

  timeAt(x: number, span: Span): number {
    return timeAt(x, span, this.plot.box);
  }

  /** @param reach - 1/km at the upper edge, of all drives that stand side by side */
  draw(time: number, span: Span, reach: number): void {
    const { curves, times } = this.#series;
    const y = (value: number) =>
      HEIGHT / 2 - (Math.min(Math.max(value, -reach), reach) / reach) * (HEIGHT / 2 - PADDING);
    this.plot.draw(
      `${span.from} ${span.to} ${reach}`,
      (context, box) => this.#background(context, box, span, reach, y),
      (context, box) => {
        const x = xOf(time, span, box);
        if (x >= box.left && x <= box.right) rule(context, x, 0, HEIGHT, theme().ink);
        const frame = frameAt(times, time);
        for (const curve of curves) {
          const value = curve.values[frame];
          if (!Number.isFinite(value) || x < box.left || x > box.right) continue;
          context.fillStyle = colourOf(curve);
          context.beginPath();
          context.arc(x, y(value), 3.5, 0, 7);
          context.fill();
        }
      },
    );
  }

  #background(
    context: CanvasRenderingContext2D,
    box: Box,
    span: Span,
    reach: number,
    y: (value: number) => number,
  ): void {
    const { times, autonomous, curves, info } = this.#series;
    const { ink, line, crash } = theme();
    manualStretches(context, times, autonomous, span, box, [0, HEIGHT]);
    context.font = '11px sans-serif';
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const value of [reach, 0, -reach]) {
      context.strokeStyle = line;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(box.left, Math.round(y(value)) + 0.5);
      context.lineTo(box.right, Math.round(y(value)) + 0.5);
      context.stroke();
      context.fillStyle = ink;
      context.fillText(figure(value), box.left - 5, y(value));
    }
    for (const frame of info.crashes) {
      const x = xOf(times[frame], span, box);
      if (x >= box.left && x <= box.right) rule(context, x, 0, HEIGHT, crash, 1.5);
    }
    context.save();
    context.beginPath();
    context.rect(box.left, 0, box.right - box.left, HEIGHT);
    context.clip();
    // The model's curve goes on top.
    for (const curve of curves.toSorted((a, b) => Number(a.isModel) - Number(b.isModel))) {
      context.strokeStyle = colourOf(curve);
      context.lineWidth = curve.isModel ? 1.75 : 1.25;
      context.setLineDash(curve.isModel ? [] : [4, 3]);
      context.beginPath();
      let isBroken = true;
      const gaps = new Set(info.gaps);
      for (let n = Math.max(0, frameAt(times, span.from) - 1); n < times.length; n++) {
        const value = curve.values[n];
        if (!Number.isFinite(value) || gaps.has(n)) isBroken = true;
        if (!Number.isFinite(value)) continue;
        const x = xOf(times[n], span, box);
        if (isBroken) context.moveTo(x, y(value));
        else context.lineTo(x, y(value));
        isBroken = false;
        if (times[n] > span.to) break;
      }
      context.stroke();
    }
    context.restore();
  }
}

export const colourOf = ({ isModel }: Pick<Curve, 'isModel'>) => (isModel ? theme().model : theme().driver);

/** The largest curvature of drives, without the largest hundredth: one outlier would make a line of all others. */
export function reachOf(drives: readonly Series[]): number {
  const sizes = drives.flatMap(({ curves }) =>
    curves.map(({ values }) => {
      const sorted = values.filter(Number.isFinite).map(Math.abs).sort();
      return sorted.length === 0 ? 0 : sorted[Math.floor((sorted.length - 1) * 0.99)];
    }),
  );
  const size = Math.max(0, ...sizes);
  if (size === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  return power * (ROUND.find((one) => one * power >= size) ?? 10);
}
