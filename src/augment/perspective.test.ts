import { describe, expect, it } from 'vitest';
import { stream } from '../random/stream.ts';
import { croppedIntrinsics, drawDisplacement, homography, labelCorrection, Warp } from './perspective.ts';

const [HEIGHT, WIDTH] = [78, 200];
/** Columns 520..1440, rows 590..950 of the paper's camera, docs/pipeline.md §1. */
const camera = croppedIntrinsics({ left: 520, top: 590, right: 1440, bottom: 950 }, HEIGHT, WIDTH);

/** Where the camera sees a point (x right, y down, z ahead; m). */
const project = (x: number, y: number, z: number) => [
  (camera.fx * x) / z + camera.cx,
  (camera.fy * y) / z + camera.cy,
];

const map = (m: number[], [x, y]: number[]) => {
  const scale = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / scale, (m[3] * x + m[4] * y + m[5]) / scale];
};

/** y of the road z m ahead: 0.5·y + 0.02·z = 1. */
const roadAt = (z: number) => (1 - 0.02 * z) / 0.5;

/** Columns of grey, brighter to the right. */
const columns = new Uint8Array(HEIGHT * WIDTH * 3).map((_, i) => Math.floor(i / 3) % WIDTH);

const greyAt = (frame: Uint8Array, y: number, x: number) => frame[(y * WIDTH + x) * 3];

describe('the intrinsics of cropped frames', () => {
  it('are those of the camera for the whole frame', () => {
    const whole = croppedIntrinsics({ left: 0, top: 0, right: 1920, bottom: 1208 }, 1208, 1920);
    expect(whole).toEqual({ fx: 942.21, fy: 942.91, cx: 982.06, cy: 617.05 });
  });

  it('scale about the middles of pixels', () => {
    // 920 pixels become 200; (982.06 + 0.5 − 520)·200/920 − 0.5
    expect(camera.fx).toBeCloseTo((942.21 * 200) / 920, 10);
    expect(camera.cx).toBeCloseTo(100.056521739, 8);
    expect(camera.cy).toBeCloseTo(((617.05 + 0.5 - 590) * 78) / 360 - 0.5, 10);
  });
});

describe('the homography', () => {
  it('is the identity for no displacement', () => {
    const m = homography({ shift: 0, turn: 0 }, camera);
    expect(m.map((value) => Math.round(value * 1e12) / 1e12 + 0)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('shows points of the road from one metre to the right one metre farther left', () => {
    const m = homography({ shift: 1, turn: 0 }, camera);
    for (const [x, z] of [
      [0, 5],
      [2, 8],
      [-3, 20],
    ]) {
      const seen = map(m, project(x, roadAt(z), z));
      const expected = project(x - 1, roadAt(z), z);
      expect(seen[0]).toBeCloseTo(expected[0], 8);
      expect(seen[1]).toBeCloseTo(expected[1], 8);
    }
  });

  it('shows what is ahead farther left from a camera turned to the right', () => {
    const [x, y] = map(homography({ shift: 0, turn: 0.03 }, camera), [camera.cx, camera.cy]);
    expect(x).toBeCloseTo(camera.cx - camera.fx * Math.tan(0.03), 8);
    expect(y).toBeCloseTo(camera.cy, 8);
  });
});

describe('the label correction', () => {
  it('is θ/d + 2t/(d² + t²) with d = 4·speed', () => {
    expect(labelCorrection({ shift: 0, turn: 0 })).toBe(0);
    expect(labelCorrection({ shift: 0, turn: 0.024 })).toBeCloseTo(0.0001, 12); // 0.024/240
    expect(labelCorrection({ shift: 1, turn: 0 }, 1)).toBeCloseTo(2 / 17, 12); // d = 4: 2/(16 + 1)
    expect(labelCorrection({ shift: -1, turn: 0 }, 1)).toBeCloseTo(-2 / 17, 12);
  });
});

describe('warping', () => {
  it('leaves a frame as it is for no displacement', () => {
    const warp = new Warp(HEIGHT, WIDTH, camera);
    const frame = columns.map((_, i) => (i * 31) % 256);
    const out = new Uint8Array(frame.length);
    warp.aim({ shift: 0, turn: 0 });
    warp.apply(frame, out);
    expect(out).toEqual(frame);
  });

  it('moves the picture left for a camera turned right, and repeats the edge it has no picture for', () => {
    const warp = new Warp(HEIGHT, WIDTH, camera);
    const out = new Uint8Array(columns.length);
    warp.aim({ shift: 0, turn: 0.03 });
    warp.apply(columns, out);
    const moved = camera.fx * Math.tan(0.03); // 6.1 pixels in the middle
    expect(greyAt(out, 5, 100)).toBe(Math.round(100 + moved));
    expect(greyAt(out, 5, 199)).toBe(199);
  });

  it('moves the near road more than the far for a camera beside', () => {
    const warp = new Warp(HEIGHT, WIDTH, camera);
    const out = new Uint8Array(columns.length);
    warp.aim({ shift: 0.5, turn: 0 });
    warp.apply(columns, out);
    const shiftAt = (y: number) => greyAt(out, y, 100) - 100;
    // Row y sees the road at z with fy·roadAt(z)/z + cy = y; there half a metre is fx·0.5/z pixels.
    for (const y of [20, 50, 77]) {
      const z = 1 / ((0.5 * (y - camera.cy)) / camera.fy + 0.02);
      expect(Math.abs(shiftAt(y) - (camera.fx * 0.5) / z)).toBeLessThanOrEqual(0.51);
    }
    expect(shiftAt(77)).toBeGreaterThan(shiftAt(20));
  });

  it('draws displacements within half a metre and 0.03 rad', () => {
    const draws = Array.from({ length: 2000 }, (_, n) => drawDisplacement(stream(1, 'test', n)));
    const most = (of: (draw: { shift: number; turn: number }) => number) =>
      draws.reduce((largest, draw) => Math.max(largest, Math.abs(of(draw))), 0);
    expect(most(({ shift }) => shift)).toBeLessThanOrEqual(0.5);
    expect(most(({ shift }) => shift)).toBeGreaterThan(0.49);
    expect(most(({ turn }) => turn)).toBeLessThanOrEqual(0.03);
    expect(most(({ turn }) => turn)).toBeGreaterThan(0.0294);
  });
});
