/**
 * A picture of something upright, with transparent surroundings and smaller versions of itself for the distance. What is
 * on it is sprites.ts's business, where it appears billboards.ts's.
 */
import type { Rgb } from '../colour.ts';

/** One size of a picture, row 0 at the top. */
export interface SpriteLevel {
  readonly width: number;
  readonly height: number;
  /** Pixels [height, width], from the lowest byte red, green, blue, opacity. */
  readonly texels: Int32Array;
  /** First column that shows something, and the one after the last, of every row: [height, 2]. */
  readonly spans: Int16Array;
}

export interface Sprite {
  /** Width over height. */
  readonly aspect: number;
  /** From the largest to one of a pixel or two, each half as high as the one before. */
  readonly levels: readonly SpriteLevel[];
  /** What throws a shadow, in fractions of the height: middle and half height of the crown, and its half width. */
  readonly crown?: { readonly middle: number; readonly half: number; readonly radius: number };
}

/** Colour, 0..255, and opacity, 0..1, at a point; undefined: nothing there. */
export type Painter = (x: number, y: number) => { colour: Rgb; alpha: number } | undefined;

/** @param painter - called with x from −aspect/2 to aspect/2 and y, the height, from 0 at the ground to 1 */
export function paintSprite(aspect: number, rows: number, painter: Painter, crown?: Sprite['crown']): Sprite {
  const columns = Math.max(Math.round(rows * aspect), 2);
  const rgba = new Uint8Array(rows * columns * 4);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i += 4) {
      const texel = painter((column + 0.5) / rows - columns / rows / 2, 1 - (row + 0.5) / rows);
      if (!texel) continue;
      for (let c = 0; c < 3; c++) rgba[i + c] = Math.min(Math.max(texel.colour[c], 0), 255);
      rgba[i + 3] = 255 * Math.min(Math.max(texel.alpha, 0), 1);
    }
  }
  const levels = [spriteLevel(columns, rows, rgba)];
  for (let at: Picture = { width: columns, height: rows, rgba }; at.height > 3; ) {
    at = halved(at);
    levels.push(spriteLevel(at.width, at.height, at.rgba));
  }
  return { aspect, levels, crown };
}

/** RGBA [height, width, 4] */
interface Picture {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/** Means of 2×2 pixels, colours weighted by their opacity. */
function halved({ width, height, rgba }: Picture): Picture {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const out = new Uint8Array(half.width * half.height * 4);
  for (let i = 0; i < half.width * half.height; i++) {
    const sum = [0, 0, 0, 0];
    for (let k = 0; k < 4; k++) {
      const x = Math.min(2 * (i % half.width) + (k & 1), width - 1);
      const y = Math.min(2 * Math.floor(i / half.width) + (k >> 1), height - 1);
      const at = (y * width + x) * 4;
      for (let c = 0; c < 3; c++) sum[c] += rgba[at + c] * rgba[at + 3];
      sum[3] += rgba[at + 3];
    }
    for (let c = 0; c < 3; c++) out[i * 4 + c] = sum[3] === 0 ? 0 : sum[c] / sum[3];
    out[i * 4 + 3] = sum[3] / 4;
  }
  return { ...half, rgba: out };
}

function spriteLevel(width: number, height: number, rgba: Uint8Array): SpriteLevel {
  const texels = new Int32Array(width * height);
  for (let i = 0, at = 0; i < texels.length; i++, at += 4) {
    texels[i] = rgba[at] | (rgba[at + 1] << 8) | (rgba[at + 2] << 16) | (rgba[at + 3] << 24);
  }
  const spans = new Int16Array(height * 2);
  for (let row = 0; row < height; row++) {
    const shows = (column: number) => rgba[(row * width + column) * 4 + 3] > 0;
    let first = 0;
    let end = width;
    while (first < end && !shows(first)) first++;
    while (end > first && !shows(end - 1)) end--;
    spans.set([first, end], row * 2);
  }
  return { width, height, texels, spans };
}
