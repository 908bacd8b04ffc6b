/**
 * A canvas with the camera's frame, a box around what of it the model sees, and in the box in yellow what it attends to: the frame is grey
 * there then, as in `saliency --overlays`.
 */
import type { PictureStrip } from './picture-strip.ts';
import type { Series } from './series.ts';

/** As in ../../saliency/overlay.ts. */
const HIGHLIGHT = [240, 228, 66] as const;
const DIMMED = 0.75;

export interface FrameLook {
  readonly saliency: boolean;
  /** 0..1 */
  readonly opacity: number;
}

export class FrameView {
  readonly canvas = document.createElement('canvas');
  readonly #series: Series;
  readonly #frames: PictureStrip;
  readonly #maps: PictureStrip;
  readonly #map = document.createElement('canvas');
  #wanted = '';

  constructor(series: Series, frames: PictureStrip, maps: PictureStrip) {
    this.#series = series;
    this.#frames = frames;
    this.#maps = maps;
    this.canvas.width = series.info.width;
    this.canvas.height = series.info.height;
    this.canvas.className = 'frame';
    this.canvas.setAttribute('role', 'img');
  }

  /** @param frame - of the drive, from 0 @param ahead - whether the frames after it come next */
  async show(frame: number, look: FrameLook, ahead: boolean): Promise<void> {
    const { every, hasMaps, title } = this.#series.info;
    const p = Math.floor(frame / every);
    const isOver = look.saliency && hasMaps && look.opacity > 0;
    const wanted = `${p} ${isOver ? look.opacity : 'plain'}`;
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    const both = Promise.all([this.#frames.picture(p), isOver ? this.#maps.picture(p) : undefined]);
    if (ahead) this.#prepare(p, isOver);
    const [picture, map] = await both;
    if (wanted !== this.#wanted) return; // another was asked for meanwhile
    this.#draw(picture, map, look.opacity);
    this.canvas.dataset.frame = String(p * every);
    const over = isOver ? ', what the model attends to in yellow' : '';
    this.canvas.setAttribute('aria-label', `what the camera saw in frame ${p * every} of ${title}${over}`);
  }

  #prepare(p: number, isOver: boolean): void {
    for (let next = p + 1; next <= p + 4 && next < this.#frames.length; next++) {
      this.#frames.picture(next);
      if (isOver) this.#maps.picture(next);
    }
  }

  #draw(picture: ImageBitmap, map: ImageBitmap | undefined, opacity: number): void {
    const context = this.canvas.getContext('2d') as CanvasRenderingContext2D;
    const { width, height } = this.canvas;
    context.globalCompositeOperation = 'source-over';
    context.drawImage(picture, 0, 0, width, height);
    const { view } = this.#series.info;
    if (view === undefined) return;
    const box = [
      view.left * width,
      view.top * height,
      (view.right - view.left) * width,
      (view.bottom - view.top) * height,
    ] as const;
    if (map !== undefined) {
      context.globalCompositeOperation = 'saturation';
      context.fillStyle = '#808080';
      context.fillRect(...box);
      context.globalCompositeOperation = 'source-over';
      context.fillStyle = `rgba(0, 0, 0, ${1 - DIMMED})`;
      context.fillRect(...box);
      context.drawImage(this.#tinted(map, opacity), ...box);
    }
    context.strokeStyle = 'rgba(255, 255, 255, 0.7)';
    context.lineWidth = 1;
    context.strokeRect(...box);
  }

  /** The map in yellow, as opaque as it is bright. */
  #tinted(map: ImageBitmap, opacity: number): HTMLCanvasElement {
    this.#map.width = map.width;
    this.#map.height = map.height;
    const context = this.#map.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    context.drawImage(map, 0, 0);
    const image = context.getImageData(0, 0, map.width, map.height);
    for (let i = 0; i < image.data.length; i += 4) {
      image.data[i + 3] = image.data[i] * opacity;
      image.data.set(HIGHLIGHT, i);
    }
    context.putImageData(image, 0, 0);
    return this.#map;
  }
}
