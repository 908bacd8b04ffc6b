/**
 * Perspective augmentation: the frame as a camera would see the road that stands a little beside the recorded one and
 * looks a little aside, with the curvature that leads back (docs/pipeline.md §2). The published scripts hold it unused,
 * so what ranges to draw from is this project's choice. Off by default.
 *
 * The road is the plane nᵀX = 1 in camera coordinates (x right, y down, z ahead; m), so 2 m below the camera. A point X
 * of it is seen by the displaced camera at R(θ)X − (t, 0, 0)ᵀ = H·X with
 *
 *     H = R(θ) − (t, 0, 0)ᵀ·nᵀ,
 *
 * and in pixels at K·H·K⁻¹, K the intrinsics. What does not lie on the road is bent by the same map.
 */
import type { Stream } from '../random/stream.ts';

/** How a camera stands beside the recorded one. */
export interface Displacement {
  /** t, m; positive to the right. */
  readonly shift: number;
  /** θ, rad; positive turned to the right. */
  readonly turn: number;
}

/** Focal lengths and optical centre of a frame, pixels; 0 is the middle of the first pixel. */
export interface Intrinsics {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** The paper's camera: 1208×1920 pixels. */
export const CAMERA = { height: 1208, width: 1920, fx: 942.21, fy: 942.91, cx: 982.06, cy: 617.05 } as const;
/** n, 1/m. */
const ROAD_NORMAL = [0, 0.5, 0.02] as const;

/** Largest shift and turn that are drawn, m and rad: within the lane. */
const MAX_SHIFT = 0.5;
const MAX_TURN = 0.03;

const CHANNELS = 3;

/** Uniform in −0.5..0.5 m and −0.03..0.03 rad. */
export function drawDisplacement(random: Stream): Displacement {
  return { shift: random.uniform(-MAX_SHIFT, MAX_SHIFT), turn: random.uniform(-MAX_TURN, MAX_TURN) };
}

/**
 * Added to the label: the curvature that leads back within d = 4·speed.
 *
 *     θ/d + 2t/(d² + t²)
 *
 * At the published speed that is next to nothing: 0.017 per km for half a metre, where a driver at 9 m/s steers by 7. Models that
 * learn from it learn to stay beside the road's middle; a speed of 3 asks for what the driver does.
 *
 * @param speed - m/s; 60 as in the published scripts
 * @returns 1/m, a turn to the left being positive
 */
export function labelCorrection({ shift, turn }: Displacement, speed = 60): number {
  const d = 4 * speed;
  return turn / d + (2 * shift) / (d ** 2 + shift ** 2);
}

/**
 * Intrinsics of frames cut out of the paper's camera and resized.
 *
 * @param box - edges of what is cut out, pixels of the 1208×1920 camera
 * @param height - of the resized frame
 * @param width - of the resized frame
 */
export function croppedIntrinsics(
  box: { left: number; top: number; right: number; bottom: number },
  height: number,
  width: number,
): Intrinsics {
  const scaleX = width / (box.right - box.left);
  const scaleY = height / (box.bottom - box.top);
  // Pixel centres lie at whole numbers, so scaling is about −½.
  return {
    fx: CAMERA.fx * scaleX,
    fy: CAMERA.fy * scaleY,
    cx: (CAMERA.cx + 0.5 - box.left) * scaleX - 0.5,
    cy: (CAMERA.cy + 0.5 - box.top) * scaleY - 0.5,
  };
}

/** K·H·K⁻¹, row by row: maps a pixel (x, y, 1) of the recorded frame to where the displaced camera sees it. */
export function homography({ shift, turn }: Displacement, { fx, fy, cx, cy }: Intrinsics): number[] {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  // What lies ahead of a camera turned to the right moves to the left.
  const h = [cos, 0, -sin, 0, 1, 0, sin, 0, cos];
  for (let column = 0; column < 3; column++) h[column] -= shift * ROAD_NORMAL[column];
  return product(product([fx, 0, cx, 0, fy, cy, 0, 0, 1], h), [
    1 / fx,
    0,
    -cx / fx,
    0,
    1 / fy,
    -cy / fy,
    0,
    0,
    1,
  ]);
}

/** Warps frames of one size; the map is computed once and used for all frames of a sequence. */
export class Warp {
  readonly #height: number;
  readonly #width: number;
  readonly #camera: Intrinsics;
  /** For every pixel where its upper left source begins, and the weights of the right and lower ones, 0..1. */
  readonly #source: Int32Array;
  readonly #rightWeight: Float32Array;
  readonly #lowerWeight: Float32Array;

  constructor(height: number, width: number, camera: Intrinsics) {
    this.#height = height;
    this.#width = width;
    this.#camera = camera;
    this.#source = new Int32Array(height * width);
    this.#rightWeight = new Float32Array(height * width);
    this.#lowerWeight = new Float32Array(height * width);
  }

  /** Sets the displacement of the frames to come. What the recorded frame does not show repeats its edge. */
  aim(displacement: Displacement): void {
    const height = this.#height;
    const width = this.#width;
    const m = inverse(homography(displacement, this.#camera));
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const scale = 1 / (m[6] * x + m[7] * y + m[8]);
        const sourceX = clamp((m[0] * x + m[1] * y + m[2]) * scale, width - 1);
        const sourceY = clamp((m[3] * x + m[4] * y + m[5]) * scale, height - 1);
        // The last column and row are reached from the one before, with weight 1.
        const left = Math.min(Math.floor(sourceX), width - 2);
        const top = Math.min(Math.floor(sourceY), height - 2);
        this.#source[i] = (top * width + left) * CHANNELS;
        this.#rightWeight[i] = sourceX - left;
        this.#lowerWeight[i] = sourceY - top;
      }
    }
  }

  /**
   * Warps a frame by bilinear sampling, rounded.
   *
   * @param frame - [height, width, 3], 0..255
   * @param out - of the same shape, not the same array
   */
  apply(frame: Uint8Array, out: Uint8Array): void {
    const below = this.#width * CHANNELS;
    for (let i = 0; i < this.#source.length; i++) {
      const right = this.#rightWeight[i];
      const lower = this.#lowerWeight[i];
      for (let c = 0; c < CHANNELS; c++) {
        const at = this.#source[i] + c;
        const upperRow = frame[at] + right * (frame[at + CHANNELS] - frame[at]);
        const lowerRow = frame[at + below] + right * (frame[at + below + CHANNELS] - frame[at + below]);
        out[i * CHANNELS + c] = upperRow + lower * (lowerRow - upperRow) + 0.5;
      }
    }
  }
}

/** 0..largest. */
function clamp(value: number, largest: number): number {
  return Math.min(Math.max(value, 0), largest);
}

/** Of two 3×3 matrices, row by row. */
function product(a: number[], b: number[]): number[] {
  return a.map((_, i) => {
    const row = i - (i % 3);
    return a[row] * b[i % 3] + a[row + 1] * b[(i % 3) + 3] + a[row + 2] * b[(i % 3) + 6];
  });
}

/** Of a 3×3 matrix, by its cofactors; up to a factor, which a map of pixels does not see. */
function inverse([a, b, c, d, e, f, g, h, i]: number[]): number[] {
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}
