/**
 * What a car would see that stands beside the recorded one and looks elsewhere: the recorded frame, warped. A displaced pixel
 * looks along d; the road is the plane n·X = 1 in the recorded camera's axes (X right, Y down, Z ahead; docs/pipeline.md §2), so
 * it sees the point X = c + d/(n·d), c the displaced camera's centre, and takes the colour of X's pixel in the recorded frame.
 * Where it looks above the horizon, X = d: what is infinitely far away turns, and does not shift. Both agree on the horizon.
 * What stands upright beside the road is not on the plane, and is drawn where it would lie on it.
 *
 * Not the augmentation of augment/perspective.ts, which turns about the camera's own axis; a car turns about the road's normal.
 */
import type { PixelBox } from '../data/frames/crop.ts';

/** A pinhole above a plane. Pixels count from 0 at the centre of the first. */
export interface RecordedCamera {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
  /** Above the road, m. */
  readonly cameraHeight: number;
  /** Tilt towards the road, rad. */
  readonly pitch: number;
}

/** Where the car is, seen from the recorded one. */
export interface Displacement {
  /** m to the left */
  readonly offset: number;
  /** rad, counter-clockwise */
  readonly heading: number;
}

/** Pixels between those that `unseenShare` looks at. */
const GRID = 4;

export class RoadWarp {
  readonly #camera: RecordedCamera;
  readonly #height: number;
  readonly #width: number;

  /** @param height - of the frames, pixels. @param width - of the frames, pixels */
  constructor(camera: RecordedCamera, height: number, width: number) {
    this.#camera = camera;
    this.#height = height;
    this.#width = width;
  }

  /**
   * Warps a part of a frame, by bilinear sampling. What the recorded frame does not show repeats its edge.
   * @param frame - uint8 [H,W,3]
   * @param box - of the pixels to make; the others of `out` stay as they are
   * @param out - uint8 [H,W,3], not the same array
   */
  apply(frame: Uint8Array, displacement: Displacement, box: PixelBox, out: Uint8Array): void {
    const source = this.#sources(displacement);
    const [W, H] = [this.#width, this.#height];
    const at = { u: 0, v: 0 };
    for (let v = box.top; v < box.bottom; v++) {
      for (let u = box.left; u < box.right; u++) {
        source(u, v, at);
        const x = Math.min(Math.max(at.u, 0), W - 1);
        const y = Math.min(Math.max(at.v, 0), H - 1);
        // The last column and row are reached from the one before, with weight 1.
        const left = Math.min(Math.floor(x), W - 2);
        const top = Math.min(Math.floor(y), H - 2);
        const right = x - left;
        const lower = y - top;
        let from = (top * W + left) * 3;
        let to = (v * W + u) * 3;
        for (let c = 0; c < 3; c++, from++, to++) {
          const above = frame[from] + right * (frame[from + 3] - frame[from]);
          const below = frame[from + W * 3] + right * (frame[from + W * 3 + 3] - frame[from + W * 3]);
          out[to] = above + lower * (below - above) + 0.5;
        }
      }
    }
  }

  /** Share of a box that the recorded frame does not show, 0..1; of a grid of its pixels, edges included. */
  unseenShare(displacement: Displacement, { left, top, right, bottom }: PixelBox): number {
    const source = this.#sources(displacement);
    const at = { u: 0, v: 0 };
    let [unseen, all] = [0, 0];
    const edge = 0.5; // half a pixel beyond the centre of the last
    for (let v = top; v < bottom; v = v < bottom - 1 ? Math.min(v + GRID, bottom - 1) : bottom) {
      for (let u = left; u < right; u = u < right - 1 ? Math.min(u + GRID, right - 1) : right) {
        source(u, v, at);
        const isSeen =
          at.u >= -edge && at.v >= -edge && at.u <= this.#width - edge && at.v <= this.#height - edge;
        if (!isSeen) unseen++;
        all++;
      }
    }
    return unseen / all;
  }

  /** Gives the recorded pixel of a displaced one; what is behind the recorded camera lies far outside. */
  #sources({ offset, heading }: Displacement): (u: number, v: number, at: { u: number; v: number }) => void {
    const { fx, fy, cx, cy, cameraHeight, pitch } = this.#camera;
    // k: down to the road. Turning left is turning by −heading about it (right-hand rule); Rodrigues' formula.
    const [ky, kz] = [Math.cos(pitch), Math.sin(pitch)];
    const [cos, sin] = [Math.cos(heading), -Math.sin(heading)];
    const R = [
      cos,
      -kz * sin,
      ky * sin,
      kz * sin,
      cos + ky * ky * (1 - cos),
      ky * kz * (1 - cos),
      -ky * sin,
      ky * kz * (1 - cos),
      cos + kz * kz * (1 - cos),
    ];
    return (u, v, at) => {
      const [a, b] = [(u - cx) / fx, (v - cy) / fy];
      const X = R[0] * a + R[1] * b + R[2];
      const Y = R[3] * a + R[4] * b + R[5];
      const Z = R[6] * a + R[7] * b + R[8];
      // X = c + d/(n·d) up to a factor: c·(n·d) + d, c = (−offset, 0, 0), n = k/height.
      const down = Math.max(0, (ky * Y + kz * Z) / cameraHeight);
      const depth = Math.max(Z, 1e-6);
      at.u = cx + (fx * (X - offset * down)) / depth;
      at.v = cy + (fy * Y) / depth;
    };
  }
}
