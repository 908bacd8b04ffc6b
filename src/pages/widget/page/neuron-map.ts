/** Every neuron over time as colours, a row for each; at the right what each is at the cursor. */
import { type Box, PlotCanvas, rule, type Span, theme, timeAt, xOf } from './plot-canvas.ts';
import { colourOf, paint } from './ramp.ts';
import { frameAt, type Neurons, type Series } from './series.ts';

const MARGIN = { left: 38, right: 54 };
/** Of all rows together, about, and of one at most, CSS pixels. */
const HEIGHT = 260;
const HIGHEST_ROW = 13;

/** `own`: between the least and the largest of each neuron; `shared`: of all. */
export type Scale = 'own' | 'shared';

export class NeuronMap {
  readonly plot: PlotCanvas;
  readonly #series: Series;
  readonly #neurons: Neurons;
  readonly #row: number;
  readonly #low: number;
  readonly #high: number;
  readonly #image = document.createElement('canvas');

  constructor(series: Series, neurons: Neurons) {
    this.#series = series;
    this.#neurons = neurons;
    this.#row = Math.max(2, Math.min(HIGHEST_ROW, Math.floor(HEIGHT / neurons.names.length)));
    this.#low = Math.min(...neurons.low.filter(Number.isFinite));
    this.#high = Math.max(...neurons.high.filter(Number.isFinite));
    this.plot = new PlotCanvas('neurons', () => this.#row * neurons.names.length, MARGIN);
    this.plot.canvas.setAttribute(
      'aria-label',
      `activity of ${neurons.names.length} neurons of ${series.info.title} over time; up and down choose one`,
    );
  }

  /** The neuron in whose row a point is. @param y - CSS pixels from the upper edge */
  neuronAt(y: number): number {
    return Math.min(Math.max(Math.floor(y / this.#row), 0), this.#neurons.names.length - 1);
  }

  timeAt(x: number, span: Span): number {
    return timeAt(x, span, this.plot.box);
  }

  draw(time: number, span: Span, scale: Scale, chosen: number | undefined): void {
    const neurons = this.#neurons;
    const frame = frameAt(this.#series.times, time);
    this.plot.draw(
      `${span.from} ${span.to} ${scale}`,
      (context, box) => this.#background(context, box, span, scale),
      (context, box) => {
        const { ink, paper } = theme();
        const left = box.right + 6;
        const room = box.width - left;
        for (const [u] of neurons.names.entries()) {
          const share = this.#share(frame, u, scale);
          context.fillStyle = colourOf(share);
          const length = Number.isNaN(share) ? 2 : Math.max(1, share * room);
          context.fillRect(left, u * this.#row, length, Math.max(1, this.#row - 1));
        }
        const x = xOf(time, span, box);
        if (x >= box.left && x <= box.right) {
          rule(context, x, 0, box.height, paper, 3);
          rule(context, x, 0, box.height, ink);
        }
        if (chosen === undefined) return;
        context.strokeStyle = ink;
        context.lineWidth = 1.5;
        context.strokeRect(box.left - 0.75, chosen * this.#row + 0.5, box.width - box.left, this.#row - 1);
      },
    );
  }

  #share(frame: number, neuron: number, scale: Scale): number {
    if (scale === 'own') return this.#neurons.share(frame, neuron);
    const range = this.#high - this.#low;
    return range > 0 ? (this.#neurons.value(frame, neuron) - this.#low) / range : 0;
  }

  #background(context: CanvasRenderingContext2D, box: Box, span: Span, scale: Scale): void {
    const { times, start, end, info } = this.#series;
    const { names } = this.#neurons;
    const [columns, rows] = [Math.max(1, Math.round(box.right - box.left)), names.length];
    this.#image.width = columns;
    this.#image.height = rows;
    const drawing = this.#image.getContext('2d') as CanvasRenderingContext2D;
    const image = drawing.createImageData(columns, rows);
    const lastStep = times.length > 1 ? times[times.length - 1] - times[times.length - 2] : 0;
    for (let c = 0; c < columns; c++) {
      const time = span.from + ((c + 0.5) / columns) * (span.to - span.from);
      if (time < start || time > end + lastStep) continue;
      const frame = frameAt(times, time);
      for (let u = 0; u < rows; u++) paint(this.#share(frame, u, scale), image.data, (u * columns + c) * 4);
    }
    drawing.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.fillStyle = theme().soft;
    context.fillRect(box.left, 0, columns, box.height);
    context.drawImage(this.#image, box.left, 0, columns, box.height);
    for (const frame of info.crashes) {
      const x = xOf(times[frame], span, box);
      if (x >= box.left && x <= box.right) rule(context, x, 0, box.height, theme().crash, 1.5);
    }
    context.fillStyle = theme().ink;
    context.font = '10px sans-serif';
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    const every = Math.max(1, Math.ceil(13 / this.#row));
    for (let u = 0; u < rows; u += every)
      context.fillText(shortName(names[u]), box.left - 5, Math.max(5, (u + 0.5) * this.#row));
  }
}

/** `neuron 3` is `3`, `c 3` stays. */
const shortName = (name: string) => name.replace(/^(neuron|unit) /, '');
