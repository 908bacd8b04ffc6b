import { describe, expect, it } from 'vitest';
import { camera, groundPoint, project } from './camera.ts';

/** docs/pipeline.md §2: n·X = 1 is the ground, for the camera's X right, Y down, Z ahead. */
const NORMAL = [0, 0.5, 0.02];

describe('the camera', () => {
  it('has the paper’s intrinsics, scaled', () => {
    expect(camera(1208, 1920)).toMatchObject({ fx: 942.21, fy: 942.91, cx: 982.06, cy: 617.05 });
    const { fx, fy, cx, cy } = camera(250, 400);
    expect(fx).toBeCloseTo(196.294, 3);
    expect(fy).toBeCloseTo(195.139, 3);
    expect(cx).toBeCloseTo(204.596, 3);
    expect(cy).toBeCloseTo(127.701, 3);
  });

  it('stands 2 m above the road along its own axis and looks 2.3° down', () => {
    const { cameraHeight, pitch } = camera(1208, 1920);
    expect(cameraHeight).toBeCloseTo(1 / Math.hypot(...NORMAL), 12);
    expect((pitch * 180) / Math.PI).toBeCloseTo(2.2906, 4);
  });

  it('sees the horizon where the ground plane vanishes: Y/Z = −0.04', () => {
    const eye = camera(1208, 1920);
    expect(eye.horizon).toBeCloseTo(617.05 - 0.04 * 942.91, 9);
    expect(groundPoint(eye, 900, eye.horizon - 1)).toBeUndefined();
    expect(groundPoint(eye, 900, eye.horizon + 1)?.depth).toBeGreaterThan(1000);
    expect(project(eye, { ahead: 1e7, left: 0 }).v).toBeCloseTo(eye.horizon, 3);
  });

  it.each([
    [300, 100],
    [200, 130],
    [12.5, 249],
  ])('sees in pixel (%f, %f) the point where its ray meets the plane', (u, v) => {
    const eye = camera(250, 400);
    const ray = [(u - eye.cx) / eye.fx, (v - eye.cy) / eye.fy, 1];
    const scale = 1 / ray.reduce((sum, part, i) => sum + part * NORMAL[i], 0);
    const point = groundPoint(eye, u, v);
    if (v < eye.horizon) {
      expect(point).toBeUndefined();
      return;
    }
    expect(point?.depth).toBeCloseTo(scale, 9);
    expect(point?.left).toBeCloseTo(-ray[0] * scale, 9);
    const there = project(eye, { ahead: point?.ahead ?? 0, left: point?.left ?? 0 });
    expect(there.u).toBeCloseTo(u, 9);
    expect(there.v).toBeCloseTo(v, 9);
  });

  it('moves as the paper’s homography K·(R(θ) − t·n)·K⁻¹ says: a step to the left takes points to the right', () => {
    const eye = camera(1208, 1920);
    const t = 0.7; // m to the left
    const before = project(eye, { ahead: 14, left: 1.2 });
    const after = project(eye, { ahead: 14, left: 1.2 - t });
    // H = I + t·e₁·nᵀ: X' = X + t·(n·X) = X + t for a point of the plane.
    const x = (before.u - eye.cx) / eye.fx;
    const y = (before.v - eye.cy) / eye.fy;
    expect((after.u - eye.cx) / eye.fx).toBeCloseTo(x + t * (NORMAL[1] * y + NORMAL[2]), 12);
    expect(after.v).toBeCloseTo(before.v, 12);
  });

  it('shows what stands on the ground upright and shrinking with distance', () => {
    const eye = camera(250, 400);
    const rows = (ahead: number) =>
      project(eye, { ahead, left: 0 }).v - project(eye, { ahead, left: 0, up: 2 }).v;
    expect(project(eye, { ahead: 20, left: 0, up: eye.cameraHeight }).v).toBeCloseTo(eye.horizon, 6);
    expect(rows(40)).toBeCloseTo(rows(20) / 2, 1);
  });
});
