/**
 * A canvas with a picture over time: what does not change with the cursor is drawn once and kept, the cursor over it anew each time.
 * It is as wide as the page has it and as sharp as the screen.
 */

/** What of time is shown, s. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** In CSS pixels, with room on the left for the scale and on the right for values. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly height: number;
}

export class PlotCanvas {
  readonly canvas = document.createElement('canvas');
  readonly #kept = document.createElement('canvas');
  readonly #height: () => number;
  readonly #margin: { readonly left: number; readonly right: number };
  #drawn = '';

  constructor(name: string, height: () => number, margin: { left: number; right: number }) {
    this.canvas.className = name;
    this.canvas.setAttribute('role', 'img');
    this.#height = height;
    this.#margin = margin;
  }

  get box(): Box {
    const width = Math.max(80, this.canvas.parentElement?.clientWidth ?? 300);
    const { left, right } = this.#margin;
    return { left, right: width - right, width, height: this.#height() };
  }

  /**
   * @param key - what the background depends on, beside the size
   * @param background - draws what is kept @param over - draws the cursor
   */
  draw(
    key: string,
    background: (context: CanvasRenderingContext2D, box: Box) => void,
    over: (context: CanvasRenderingContext2D, box: Box) => void,
  ): void {
    const box = this.box;
    const dots = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(box.width * dots), Math.round(box.height * dots)];
    const drawn = `${key} ${width} ${height} ${theme().paper}`;
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      for (const canvas of [this.canvas, this.#kept]) {
        canvas.width = width;
        canvas.height = height;
      }
      this.canvas.style.width = `${box.width}px`;
      this.canvas.style.height = `${box.height}px`;
      const kept = this.#kept.getContext('2d') as CanvasRenderingContext2D;
      kept.setTransform(dots, 0, 0, dots, 0, 0);
      kept.clearRect(0, 0, box.width, box.height);
      background(kept, box);
    }
    const context = this.canvas.getContext('2d') as CanvasRenderingContext2D;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.drawImage(this.#kept, 0, 0);
    context.setTransform(dots, 0, 0, dots, 0, 0);
    over(context, box);
  }
}

export const xOf = (time: number, { from, to }: Span, { left, right }: Box) =>
  left + ((time - from) / Math.max(to - from, 1e-9)) * (right - left);

export const timeAt = (x: number, { from, to }: Span, { left, right }: Box) =>
  from + ((Math.min(Math.max(x, left), right) - left) / (right - left)) * (to - from);

/** Colours of the page, light or dark. */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: colour('--ink'),
    paper: colour('--paper'),
    line: colour('--line'),
    soft: colour('--soft'),
    model: colour('--model'),
    driver: colour('--driver'),
    crash: colour('--crash'),
    manual: colour('--manual'),
  };
}

/** A vertical line. */
export function rule(
  context: CanvasRenderingContext2D,
  x: number,
  top: number,
  bottom: number,
  colour: string,
  width = 1,
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(x, top);
  context.lineTo(x, bottom);
  context.stroke();
}

/** Where the model did not drive, as areas. */
export function manualStretches(
  context: CanvasRenderingContext2D,
  times: Float32Array,
  autonomous: Uint8Array | undefined,
  span: Span,
  box: Box,
  [top, bottom]: readonly [number, number],
): void {
  if (autonomous === undefined) return;
  context.fillStyle = theme().manual;
  for (let n = 0; n < times.length; n++) {
    if (autonomous[n] === 1) continue;
    let last = n;
    while (last + 1 < times.length && autonomous[last + 1] !== 1) last++;
    const end = times[Math.min(last + 1, times.length - 1)];
    const [a, b] = [Math.max(box.left, xOf(times[n], span, box)), Math.min(box.right, xOf(end, span, box))];
    if (b > box.left && a < box.right) context.fillRect(a, top, Math.max(1, b - a), bottom - top);
    n = last;
  }
}
