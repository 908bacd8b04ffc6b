/**
 * What lies beyond the road's surroundings: sky with clouds, two rows of hills, a far edge of woods. Painted once for a
 * scene as a panorama of 360°, one column for every pixel's width at the middle of the picture; a frame copies its part.
 */
import type { PixelBox } from '../../../data/frames/crop.ts';
import type { Stream } from '../../../random/stream.ts';
import type { Camera } from '../camera.ts';
import { lit, mix, type Rgb, scaled } from '../colour.ts';
import type { Light } from '../light.ts';
import { octaves } from '../value-noise.ts';
import type { Palette } from './vegetation.ts';

export interface Backdrop {
  /** Columns of the full circle; bearings grow to the left, column 0 is the world's x. */
  readonly columns: number;
  /** Rows from the picture's upper edge to the horizon. */
  readonly rows: number;
  /** uint8 [rows, columns, 3] */
  readonly rgb: Uint8ClampedArray;
}

/** @param wooded - whether a wood closes the view on all sides */
export function paintBackdrop(
  eye: Camera,
  light: Light,
  palette: Palette,
  wooded: boolean,
  draws: Stream,
): Backdrop {
  const columns = Math.round(2 * Math.PI * eye.fx);
  const rows = Math.max(Math.ceil(eye.horizon), 0);
  const rgb = new Uint8ClampedArray(rows * columns * 3);
  const seed = draws.integer(0, 1e6);
  const woods = wooded ? draws.uniform(0.07, 0.14) : draws.uniform(0.015, 0.05);
  const view = { light, palette, seed, woods, hills: draws.uniform(0.01, 0.09) };
  const heights = Float64Array.from({ length: rows }, (_, row) => (eye.horizon - row) / eye.fy);
  const air = Array.from(heights, (height) => airAt(light, height));
  for (let column = 0; column < columns; column++) {
    const bearing = (2 * Math.PI * column) / columns;
    const skyline = skylineAt(view, bearing);
    for (let row = 0; row < rows; row++) {
      const at = (row * columns + column) * 3;
      const colour = skyline(heights[row]);
      if (colour === undefined) paintSky(view, bearing, air[row], rgb, at);
      else for (let c = 0; c < 3; c++) rgb[at + c] = colour[c];
    }
  }
  return { columns, rows, rgb };
}

interface View {
  readonly light: Light;
  readonly palette: Palette;
  readonly seed: number;
  /** Tangents of the elevation that woods and hills reach. */
  readonly woods: number;
  readonly hills: number;
}

/** Noise around the horizon, without a seam. @param scale - lattice cells a radian */
const around = (bearing: number, scale: number, seed: number, count: number) =>
  octaves(100 + Math.cos(bearing) * scale, 100 + Math.sin(bearing) * scale, seed, count, 0.6);

/** What stands on the horizon in one direction: the colour at a height, or undefined where the sky begins. */
function skylineAt({ light, palette, seed, woods, hills }: View, bearing: number) {
  const far = hills * (0.1 + 1.5 * around(bearing, 2, seed, 4));
  const near = 0.7 * hills * (1.6 * around(bearing, 3, seed + 20, 5) - 0.2);
  const wood =
    woods * (0.35 + 0.9 * around(bearing, 5, seed + 40, 2) + 0.5 * around(bearing, 120, seed + 50, 3));
  const leaf = lit(mix(palette.leaves[0], palette.needles, 0.4), light.tint);
  const dim = 1 - 0.25 * light.direct;
  const hazy = (metres: number, colour: Rgb) => mix(colour, light.haze, 1 - Math.exp(-metres / light.sight));
  return (height: number): Rgb | undefined => {
    if (height < wood) {
      const leaves = 0.62 + 0.5 * octaves(bearing * 150, height * 300, seed + 60, 3, 0.8);
      return hazy(260, scaled(leaf, leaves * dim));
    }
    if (height < near) return hazy(1200, scaled(mix(leaf, palette.grass, 0.3), 0.85 * dim));
    if (height < far) return hazy(3500, scaled(leaf, 0.8 * dim));
    return undefined;
  };
}

/** The clear sky at one height, the same all around. */
interface Air {
  readonly colour: Rgb;
  /** rad */
  readonly elevation: number;
  /** How far away clouds at this height are, in heights of their ceiling. */
  readonly far: number;
  /** Share of haze. */
  readonly haze: number;
}

/** Blue above, pale at the horizon. @param height - tangent of the elevation */
function airAt(light: Light, height: number): Air {
  const elevation = Math.atan(height);
  const blue = Math.min(1, 1.6 * elevation) ** 0.7;
  return {
    colour: mix(lit([206, 222, 236], light.tint), [92, 140, 208], blue),
    elevation,
    far: 1 / (height + 0.12),
    haze: 0.5 * Math.exp(-height * 18),
  };
}

const GLOW: Rgb = [255, 250, 236];
const CLOUD: Rgb = [238, 238, 240];
const THICK_CLOUD: Rgb = [176, 180, 188];

/** One pixel of sky: the air, pale around the sun, and clouds on a flat ceiling. */
function paintSky(
  { light, seed }: View,
  bearing: number,
  { colour, elevation, far, haze }: Air,
  out: Uint8ClampedArray,
  at: number,
): void {
  const toSun = Math.cos(bearing - light.azimuth) * Math.cos(elevation - light.elevation);
  const glow = 0.6 * (1 - light.clouds) * Math.max(toSun, 0) ** 12;
  const cover = octaves(50 + far * Math.cos(bearing), 50 + far * Math.sin(bearing), seed + 80, 5, 0.55);
  const threshold = 0.78 - 0.62 * light.clouds;
  const cloud = Math.min(Math.max((cover - threshold) / 0.18, 0), 1);
  const thick = Math.min(Math.max((cover - threshold) / 0.5, 0), 1) * (0.3 + 0.7 * light.clouds);
  for (let c = 0; c < 3; c++) {
    const air = colour[c] + (GLOW[c] - colour[c]) * glow;
    const white = (CLOUD[c] + (THICK_CLOUD[c] - CLOUD[c]) * thick) * light.tint[c];
    const clear = air + (white - air) * cloud;
    out[at + c] = clear + (light.haze[c] - clear) * haze;
  }
}

/**
 * Copies the part of the panorama that a camera sees.
 * @param heading - of the camera, rad
 * @param bearings - of every column of the picture relative to the heading, rad, positive to the left
 * @param out - uint8 [H,W,3]; what of `part` lies above the horizon is written
 * @param columnsOf - scratch, [W]
 */
export function drawBackdrop(
  { columns, rows, rgb }: Backdrop,
  heading: number,
  bearings: Float64Array,
  out: Uint8Array,
  columnsOf: Int32Array,
  part: PixelBox,
): void {
  const width = bearings.length;
  for (let u = part.left; u < part.right; u++) {
    const turns = (heading + bearings[u]) / (2 * Math.PI);
    columnsOf[u] = (Math.floor((turns - Math.floor(turns)) * columns) % columns) * 3;
  }
  for (let row = part.top; row < Math.min(rows, part.bottom); row++) {
    const from = row * columns * 3;
    let i = (row * width + part.left) * 3;
    for (let u = part.left; u < part.right; u++, i += 3) {
      const at = from + columnsOf[u];
      out[i] = rgb[at];
      out[i + 1] = rgb[at + 1];
      out[i + 2] = rgb[at + 2];
    }
  }
}
