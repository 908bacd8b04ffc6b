import { describe, expect, it } from 'vitest';
import { cropBox } from '../data/frames/crop.ts';
import { camera, project } from '../simulation/picture/camera.ts';
import { Renderer } from '../simulation/picture/render.ts';
import { createScene } from '../simulation/picture/scene.ts';
import { RoadWarp } from './warp.ts';

const [H, W] = [250, 400];
const eye = camera(H, W);
const warp = new RoadWarp(eye, H, W);
const box = cropBox('paper', H, W);

/** The ground 8 to 40 m ahead of a car at the origin that looks along x. */
const GROUND = [8, 12, 20, 40].flatMap((ahead) => [-2, 0, 2].map((left) => ({ ahead, left })));

describe('the warp of a road', () => {
  it('puts every point of the ground where the displaced camera projects it', () => {
    const displacement = { offset: 0.8, heading: 0.06 };
    for (const point of GROUND) {
      // Seen from the displaced car: moved to the right by the offset, turned to the right by the heading.
      const [x, y] = [point.ahead, point.left - displacement.offset];
      const [cos, sin] = [Math.cos(displacement.heading), Math.sin(displacement.heading)];
      const seen = project(eye, { ahead: x * cos + y * sin, left: y * cos - x * sin });
      const recorded = project(eye, point);
      // A frame whose red is its column and whose green is its row, in eighths of 400.
      const frame = new Uint8Array(H * W * 3);
      for (let i = 0; i < H * W; i++) {
        frame[3 * i] = 0.6 * (i % W);
        frame[3 * i + 1] = Math.floor(i / W);
      }
      const out = new Uint8Array(frame.length);
      const [u, v] = [Math.round(seen.u), Math.round(seen.v)];
      if (u < 0 || u >= W || v >= H) continue;
      warp.apply(frame, displacement, { left: u, right: u + 1, top: v, bottom: v + 1 }, out);
      const at = (v * W + u) * 3;
      // Within a pixel at the place rounded to, and what bytes can hold; a row far away covers many metres.
      expect(Math.abs(out[at] / 0.6 - recorded.u)).toBeLessThan(3.5);
      expect(Math.abs(out[at + 1] - recorded.v)).toBeLessThan(1.6);
    }
  });

  it('of no displacement changes nothing', () => {
    const frame = Uint8Array.from({ length: H * W * 3 }, (_, i) => (i * 31) % 251);
    const out = new Uint8Array(frame.length);
    warp.apply(frame, { offset: 0, heading: 0 }, { left: 0, top: 0, right: W, bottom: H }, out);
    expect(Buffer.compare(out, frame)).toBe(0);
    expect(warp.unseenShare({ offset: 0, heading: 0 }, { left: 0, top: 0, right: W, bottom: H })).toBe(0);
  });

  it('turns the sky and does not shift it', () => {
    const frame = Uint8Array.from({ length: H * W * 3 }, (_, i) => 0.6 * (Math.floor(i / 3) % W));
    const sky = { left: 150, right: 160, top: 20, bottom: 21 };
    const out = new Uint8Array(frame.length);
    warp.apply(frame, { offset: 1.5, heading: 0 }, sky, out);
    for (let u = 150; u < 160; u++) expect(out[(20 * W + u) * 3]).toBe(frame[(20 * W + u) * 3]);
    warp.apply(frame, { offset: 0, heading: 0.1 }, sky, out);
    // Looking to the left, what was to the left is in the middle: columns before.
    const moved = (out[(20 * W + 155) * 3] - frame[(20 * W + 155) * 3]) / 0.6;
    expect(moved).toBeLessThan(-15);
    expect(moved).toBeGreaterThan(-25);
  });

  it('says how much of a view was not recorded', () => {
    const share = (offset: number, heading = 0) => warp.unseenShare({ offset, heading }, box);
    expect([share(0.5), share(-1.5), share(0, 0.2)]).toEqual([0, 0, 0]);
    expect(share(4)).toBeGreaterThan(0.03);
    expect(share(0, 0.7)).toBeGreaterThan(0.3);
    expect(share(0, Math.PI)).toBe(1);
    const wide = { left: 0, top: 130, right: W, bottom: H };
    expect(warp.unseenShare({ offset: 0.3, heading: 0 }, wide)).toBeGreaterThan(0);
  });
});

describe('beside the true picture of the simulated road', () => {
  const scene = createScene({ kind: 'active', seed: 4, key: ['warp'], length: 200, height: H, width: W });
  const renderer = new Renderer(scene.camera);
  const rendered = (offset: number, heading: number, s = 60) => {
    const at = scene.road.at(s);
    const out = new Uint8Array(H * W * 3);
    const [x, y] = [at.x - offset * Math.sin(at.heading), at.y + offset * Math.cos(at.heading)];
    renderer.render(scene, { x, y, heading: at.heading + heading }, scene.light, out, s);
    return out;
  };
  /** Mean absolute difference over the model's view, grey levels. */
  const error = (a: Uint8Array, b: Uint8Array) => {
    let [sum, count] = [0, 0];
    for (let v = box.top; v < box.bottom; v++) {
      for (let i = (v * W + box.left) * 3; i < (v * W + box.right) * 3; i++, count++) {
        sum += Math.abs(a[i] - b[i]);
      }
    }
    return sum / count;
  };

  it.each([
    [0.5, 0],
    [-1, 0],
    [0, 0.05],
    [0.6, -0.04],
    [-0.8, 0.08],
  ])('%f m and %f rad aside, it is closer than the recorded frame', (offset, heading) => {
    const recorded = rendered(0, 0);
    const truth = rendered(offset, heading);
    const out = new Uint8Array(recorded.length);
    warp.apply(recorded, { offset, heading }, box, out);
    const [warped, unwarped] = [error(out, truth), error(recorded, truth)];
    // Grey levels of 255; measured 2.7 to 4.9, where the recorded frame as it is differs by 10 to 18.
    expect(warped).toBeLessThan(6);
    expect(warped).toBeLessThan(0.5 * unwarped);
  });
});
