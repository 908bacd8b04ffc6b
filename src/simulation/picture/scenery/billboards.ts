/**
 * Draws what stands beside the road: upright pictures that always face the camera, the farthest first. Each has the size
 * that its distance gives it and is taken from the level whose pixels are about as large as the frame's.
 */
import type { PixelBox } from '../../../data/frames/crop.ts';
import { type Camera, project } from '../camera.ts';
import type { Light } from '../light.ts';
import type { Thing } from './scenery.ts';
import type { SpriteLevel } from './sprite.ts';

/** Things are drawn from here to there, m. */
const NEAREST = 2;
const FARTHEST = 260;
/** A thing may stand this much beyond what its arc length suggests, as the car may stand beside the road, m. */
const BEHIND = 30;

export class BillboardPainter {
  readonly #eye: Camera;
  /** Things in view, by growing distance, and their distances. */
  #order: Int32Array = new Int32Array(256);
  #depth: Float64Array = new Float64Array(256);

  constructor(eye: Camera) {
    this.#eye = eye;
  }

  /** @param things - in order of s. @param pose - of the camera; `s`: arc length nearby. @param out - uint8 [H,W,3]; `part` of it is written */
  paint(
    things: readonly Thing[],
    pose: { x: number; y: number; heading: number; s: number },
    light: Light,
    out: Uint8Array,
    part: PixelBox,
  ): void {
    const count = this.#sort(things, pose);
    const cos = Math.cos(pose.heading);
    const sin = Math.sin(pose.heading);
    for (let n = count - 1; n >= 0; n--) {
      const thing = things[this.#order[n]];
      const ahead = (thing.x - pose.x) * cos + (thing.y - pose.y) * sin;
      const left = (thing.y - pose.y) * cos - (thing.x - pose.x) * sin;
      this.#draw(thing, ahead, left, light, out, part);
    }
  }

  /** Fills `order` with the things in view; they come nearly sorted by s, so insertion costs little. */
  #sort(things: readonly Thing[], pose: { x: number; y: number; heading: number; s: number }): number {
    const cos = Math.cos(pose.heading);
    const sin = Math.sin(pose.heading);
    const wide = this.#eye.width / this.#eye.fx; // tangent that holds all of the picture, whatever its middle
    let count = 0;
    for (let i = firstFrom(things, pose.s - BEHIND); i < things.length; i++) {
      const { s, x, y, width } = things[i];
      if (s > pose.s + FARTHEST) break;
      const ahead = (x - pose.x) * cos + (y - pose.y) * sin;
      const left = (y - pose.y) * cos - (x - pose.x) * sin;
      if (ahead < NEAREST || ahead > FARTHEST || Math.abs(left) - width / 2 > wide * ahead) continue;
      if (count === this.#order.length) this.#grow();
      let at = count++;
      while (at > 0 && this.#depth[at - 1] > ahead) {
        this.#depth[at] = this.#depth[at - 1];
        this.#order[at] = this.#order[at - 1];
        at--;
      }
      this.#depth[at] = ahead;
      this.#order[at] = i;
    }
    return count;
  }

  #grow(): void {
    const order = new Int32Array(this.#order.length * 2);
    const depth = new Float64Array(order.length);
    order.set(this.#order);
    depth.set(this.#depth);
    this.#order = order;
    this.#depth = depth;
  }

  #draw(thing: Thing, ahead: number, left: number, light: Light, out: Uint8Array, part: PixelBox): void {
    const foot = project(this.#eye, { ahead, left });
    const top = project(this.#eye, { ahead, left, up: thing.height });
    const rows = foot.v - top.v;
    const columns = (thing.width * this.#eye.fx) / foot.depth;
    const { levels } = thing.sprite;
    const level =
      levels[Math.min(Math.max(Math.floor(Math.log2(levels[0].height / rows) + 0.5), 0), levels.length - 1)];
    const haze = 1 - Math.exp(-foot.depth / light.sight);
    stretch(level, foot.u - columns / 2, top.v, columns, rows, haze, light, this.#eye, out, part);
  }
}

/** Index of the first thing at or beyond arc length s. */
function firstFrom(things: readonly Thing[], s: number): number {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (things[middle].s < s) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Draws a picture over the box of `columns` × `rows` pixels whose upper left corner is (left, top), in integers: 1 is 256. */
function stretch(
  { width, height, texels, spans }: SpriteLevel,
  left: number,
  top: number,
  columns: number,
  rows: number,
  haze: number,
  light: Light,
  eye: Camera,
  out: Uint8Array,
  part: PixelBox,
): void {
  const clear = Math.round(256 * (1 - haze));
  const [hazeR, hazeG, hazeB] = light.haze.map((value) => Math.round(256 * value * haze));
  const firstRow = Math.max(Math.ceil(top), part.top);
  const endRow = Math.min(Math.ceil(top + rows), part.bottom);
  const across = width / columns;
  const down = height / rows;
  for (let v = firstRow; v < endRow; v++) {
    const row = Math.min(((v - top) * down) | 0, height - 1);
    const first = Math.max(Math.ceil(left + spans[2 * row] / across), part.left);
    const end = Math.min(Math.ceil(left + spans[2 * row + 1] / across), part.right);
    let x = (first - left) * across;
    let at = (v * eye.width + first) * 3;
    for (let u = first; u < end; u++, x += across, at += 3) {
      const column = x | 0;
      const texel = texels[row * width + (column < width ? column : width - 1)];
      const alpha = texel >>> 24;
      if (alpha === 0) continue;
      const r = ((texel & 255) * clear + hazeR) >> 8;
      const g = (((texel >> 8) & 255) * clear + hazeG) >> 8;
      const b = (((texel >> 16) & 255) * clear + hazeB) >> 8;
      if (alpha === 255) {
        out[at] = r;
        out[at + 1] = g;
        out[at + 2] = b;
      } else {
        const share = alpha + 1;
        out[at] += ((r - out[at]) * share) >> 8;
        out[at + 1] += ((g - out[at + 1]) * share) >> 8;
        out[at + 2] += ((b - out[at + 2]) * share) >> 8;
      }
    }
  }
}
