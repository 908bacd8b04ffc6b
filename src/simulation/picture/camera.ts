/**
 * The camera above the road: a pinhole without distortion, with the intrinsics and the ground plane of docs/pipeline.md
 * §2, scaled to any frame size. Axes of the camera: X to the right, Y down, Z along its view. The ground is the plane
 * n·X = 1 with n = 0.5·[0, 1, 0.04], which puts the camera 2 m above the road and tilts it 2.3° towards it.
 */

/** Frame size and focal lengths for which docs/pipeline.md §2 gives the numbers, pixels. */
const REFERENCE = { height: 1208, width: 1920, fx: 942.21, fy: 942.91, cx: 982.06, cy: 617.05 } as const;

/** Slope of the ground plane along the view: n = 0.5·[0, 1, SLOPE]. */
const SLOPE = 0.04;
/** Distance at which the plane cuts the Y axis, m. */
const DOWN = 2;

/** A pinhole for frames of one size. Pixel (u, v) means its column and row, counted from 0 at the centre of the first. */
export interface Camera {
  /** Of the frame, pixels. */
  readonly height: number;
  readonly width: number;
  /** Focal lengths and principal point, pixels. */
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
  /** Tilt towards the ground, rad. */
  readonly pitch: number;
  /** Of the lens above the ground, m: 2·cos(pitch). */
  readonly cameraHeight: number;
  /** Row (a fraction) in which a level ground ends. */
  readonly horizon: number;
}

/** @param height - of the frame, pixels. @param width - of the frame, pixels */
export function camera(height: number, width: number): Camera {
  const x = width / REFERENCE.width;
  const y = height / REFERENCE.height;
  const fy = REFERENCE.fy * y;
  const cy = REFERENCE.cy * y;
  const pitch = Math.atan(SLOPE);
  return {
    height,
    width,
    fx: REFERENCE.fx * x,
    fy,
    cx: REFERENCE.cx * x,
    cy,
    pitch,
    cameraHeight: DOWN * Math.cos(pitch),
    horizon: cy - SLOPE * fy,
  };
}

/** A point as the car sees it: metres ahead of the camera, to its left, and above the ground. */
export interface CarPoint {
  readonly ahead: number;
  readonly left: number;
  readonly up?: number;
}

/** Where a point appears, and how far along the view it lies. */
export interface Projection {
  readonly u: number;
  readonly v: number;
  /** Z of the camera's axes, m; behind the camera where it is not positive. */
  readonly depth: number;
}

/** Projects a point: X = −left, Y = (h − up)·cos p − ahead·sin p, Z = ahead·cos p + (h − up)·sin p; u = cx + fx·X/Z. */
export function project(eye: Camera, { ahead, left, up = 0 }: CarPoint): Projection {
  const below = eye.cameraHeight - up;
  const cos = Math.cos(eye.pitch);
  const sin = Math.sin(eye.pitch);
  const depth = ahead * cos + below * sin;
  return {
    u: eye.cx - (eye.fx * left) / depth,
    v: eye.cy + (eye.fy * (below * cos - ahead * sin)) / depth,
    depth,
  };
}

/** The ground point seen in pixel (u, v), or undefined at and above the horizon. Inverse of {@link project}. */
export function groundPoint(
  eye: Camera,
  u: number,
  v: number,
): { ahead: number; left: number; depth: number } | undefined {
  const slope = (v - eye.cy) / eye.fy;
  if (slope + SLOPE <= 0) return undefined;
  const depth = DOWN / (slope + SLOPE);
  return {
    depth,
    ahead: depth * (Math.cos(eye.pitch) - slope * Math.sin(eye.pitch)),
    left: (-(u - eye.cx) / eye.fx) * depth,
  };
}
