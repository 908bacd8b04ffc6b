/** A drive: its frame, what is steered, its neurons, and in words what is not there. */
import { FrameView } from './frame-view.ts';
import { NeuronMap, type Scale } from './neuron-map.ts';
import type { PictureStrip } from './picture-strip.ts';
import type { Span } from './plot-canvas.ts';
import { figure, frameAt, type Series } from './series.ts';
import { SteeringPlot } from './steering-plot.ts';

/** How everything that is shown is to look. */
export interface Look {
  readonly time: number;
  /** Of the plots. */
  readonly span: Span;
  readonly saliency: boolean;
  readonly opacity: number;
  readonly scale: Scale;
  /** 1/km at the upper edge of the steering plots. */
  readonly reach: number;
  readonly isPlaying: boolean;
}

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = '',
  text = '',
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text; // as text, whatever a file is called
  return made;
}

export class Column {
  readonly element = element('section', 'drive');
  readonly series: Series;
  readonly #frame: FrameView;
  readonly #steering: SteeringPlot;
  readonly #neurons: NeuronMap | undefined;
  readonly #now = element('p', 'now');
  readonly #values: HTMLElement[] = [];
  readonly #neuron = element('p', 'neuron');
  #chosen: number | undefined;
  #look: Look | undefined;

  /** @param onTime - a time was chosen in a plot */
  constructor(series: Series, frames: PictureStrip, maps: PictureStrip, onTime: (time: number) => void) {
    const { info, curves, neurons } = series;
    this.series = series;
    this.element.setAttribute('aria-label', `${info.title}, ${info.group}`);
    this.#frame = new FrameView(series, frames, maps);
    this.#steering = new SteeringPlot(series);
    const facts = element('details', 'facts');
    facts.append(element('summary', '', info.group), ...info.facts.map((fact) => element('p', '', fact)));
    const legend = element('p', 'values');
    for (const { name, isModel } of curves) {
      const value = element('span', isModel ? 'curve model' : 'curve driver');
      const shown = element('b');
      this.#values.push(shown);
      value.append(element('i'), `${name} `, shown);
      legend.append(value);
    }
    legend.append(element('span', 'unit', curves.length > 0 ? '1/km, positive to the left' : ''));
    const steering = element('div', 'plot');
    steering.append(this.#steering.plot.canvas);
    // Two halves, which stand side by side where a drive has the page to itself.
    const seen = element('div');
    seen.append(element('h2', '', info.title), facts, this.#frame.canvas, this.#now);
    const done = element('div');
    done.append(legend, steering);
    this.element.append(seen, done);
    follow(this.#steering.plot.canvas, (x) => {
      if (this.#look) onTime(this.#steering.timeAt(x, this.#look.span));
    });
    if (neurons) {
      this.#neurons = new NeuronMap(series, neurons);
      const plot = element('div', 'plot');
      plot.append(this.#neurons.plot.canvas);
      done.append(this.#neuron, plot);
      this.#listen(this.#neurons, onTime);
    }
    done.append(...info.remarks.map((remark) => element('p', 'remark', remark)));
  }

  draw(look: Look): void {
    this.#look = look;
    const { times, autonomous, info, curves, end, start } = this.series;
    const frame = frameAt(times, look.time);
    const place = `frame ${info.first + frame}, ${times[frame].toFixed(2)} s`;
    const isOver = look.time > end + 0.05 || look.time < start - 0.05;
    const who =
      autonomous === undefined
        ? ''
        : autonomous[frame] === 1
          ? ' · the model drives'
          : ' · the model does not drive';
    const outside = look.time > end ? ' · this drive is over' : ' · this drive has not begun';
    this.#now.textContent = place + (isOver ? outside : who);
    this.#now.classList.toggle('manual', !isOver && autonomous?.[frame] === 0);
    this.#frame.canvas.classList.toggle('over', isOver);
    for (const [n, { values }] of curves.entries()) this.#values[n].textContent = figure(values[frame]);
    this.#steering.draw(look.time, look.span, look.reach);
    this.#drawNeurons();
    this.#frame.show(frame, look, look.isPlaying).catch((error) => {
      this.#now.textContent = `${place} · its picture cannot be decoded: ${error.message}`;
    });
  }

  #drawNeurons(): void {
    const { neurons, times } = this.series;
    if (!this.#neurons || !neurons || !this.#look) return;
    const { time, span, scale } = this.#look;
    this.#neurons.draw(time, span, scale, this.#chosen);
    const u = this.#chosen;
    this.#neuron.textContent =
      u === undefined
        ? `${neurons.names.length} neurons: point at one, or press ↑ ↓`
        : `${neurons.names[u]}: ${figure(neurons.value(frameAt(times, time), u))} (${figure(neurons.low[u])} to ${figure(neurons.high[u])} in this drive)`;
  }

  /** Chooses the neuron above or below. */
  step(direction: 1 | -1): void {
    const count = this.series.neurons?.names.length;
    if (count === undefined) return;
    this.#chosen = this.#chosen === undefined ? 0 : (this.#chosen + direction + count) % count;
    this.#drawNeurons();
  }

  #listen(map: NeuronMap, onTime: (time: number) => void): void {
    const { canvas } = map.plot;
    canvas.addEventListener('pointermove', (event) => {
      this.#chosen = map.neuronAt(event.offsetY);
      this.#drawNeurons();
    });
    follow(canvas, (x) => {
      if (this.#look) onTime(map.timeAt(x, this.#look.span));
    });
  }
}

/** @param use - is called with CSS pixels from the left edge of a press, and while it lasts */
export function follow(canvas: HTMLCanvasElement, use: (x: number) => void): void {
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    use(event.offsetX);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (event.buttons === 1) use(event.offsetX);
  });
}
