/**
 * A frame of a scene, seen from where a car is: the camera stands above the car's reference point (the middle of its rear
 * axle) and looks where the car heads. Draws backdrop, ground and what stands upright, in that order. What the camera's
 * sensor makes of it is sensor.ts's business.
 */

import type { PixelBox } from '../../data/frames/crop.ts';
import type { Camera } from './camera.ts';
import { GroundPainter } from './ground/ground.ts';
import type { Light } from './light.ts';
import type { Scene } from './scene.ts';
import { drawBackdrop } from './scenery/backdrop.ts';
import { BillboardPainter } from './scenery/billboards.ts';

/** Where a car is: metres in the world, rad counter-clockwise from x. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
}

/** Draws frames of one size; keeps tables for it, so one serves many frames of many scenes, one at a time. */
export class Renderer {
  readonly #eye: Camera;
  readonly #ground: GroundPainter;
  readonly #billboards: BillboardPainter;
  readonly #bearings: Float64Array;
  readonly #columns: Int32Array;

  /** @param eye - the camera of the scenes that will be drawn */
  constructor(eye: Camera) {
    this.#eye = eye;
    this.#ground = new GroundPainter(eye);
    this.#billboards = new BillboardPainter(eye);
    this.#bearings = Float64Array.from({ length: eye.width }, (_, u) => -Math.atan((u - eye.cx) / eye.fx));
    this.#columns = new Int32Array(eye.width);
  }

  /**
   * @param light - as the scene's, or changed in anything but the sun's place
   * @param out - uint8 [H,W,3] RGB, overwritten
   * @param near - arc length near the pose, m, to begin the search from; without it the whole road is searched
   * @param box - the part that is wanted, whose pixels are those of the whole picture; beyond it some may be drawn too
   * @throws RangeError when `out` has another size
   */
  render(scene: Scene, pose: Pose, light: Light, out: Uint8Array, near?: number, box?: PixelBox): void {
    const { height, width } = this.#eye;
    const part = box ?? { left: 0, top: 0, right: width, bottom: height };
    if (out.length !== height * width * 3) {
      throw new RangeError(
        `a frame of ${height}×${width} has ${height * width * 3} bytes, got ${out.length}`,
      );
    }
    const { x, y, heading } = pose;
    const { s } = near === undefined ? scene.road.locate(x, y) : scene.road.nearest(x, y, near);
    const place = { x, y, heading, s };
    drawBackdrop(scene.backdrop, heading, this.#bearings, out, this.#columns, part);
    this.#ground.paint(scene, place, light, out, part);
    this.#billboards.paint(scene.things, place, light, out, part);
  }
}
