/**
 * The road unrolled: a strip along the centre line, 12.8 m to both sides, that holds what differs from place to place: how
 * light or dark the pavement is (patches, cracks, stains) and how much sunlight arrives (shadows of what stands beside).
 * Painted once for a scene; the picture of a frame only looks it up.
 */
import type { Stream } from '../../../random/stream.ts';
import type { Road } from '../../road/road.ts';
import type { RoadStyle } from '../../road/road-kind.ts';
import type { Light } from '../light.ts';
import type { Thing } from '../scenery/scenery.ts';
import { type NoiseTile, noiseTile, TILE_ONE } from '../value-noise.ts';
import { REACH } from './cross-section.ts';

/** Texels a metre, and texels across; texel j is centred on offset (j + 0.5)/PER_METRE − REACH. */
export const STRIP_PER_METRE = 5;
/** Steps of a metre in which places on the strip are told to a loop that reckons in integers: 128 a texel. */
export const FINE_STEPS = 128 * STRIP_PER_METRE;
export const STRIP_WIDTH = 2 * REACH * STRIP_PER_METRE;

/** Texels a side and a metre of the noise that tears holes into shadows of leaves. */
const LEAVES_SIZE = 256;
const LEAVES_PER_METRE = 9;

export interface Strip {
  /** Texels along the road, one every 0.2 m from s = 0. */
  readonly length: number;
  /** Brightness of the pavement, 128: as it is. Uint8Array [length, STRIP_WIDTH] */
  readonly tone: Uint8Array;
  /** Sunlight that arrives, 0 none, 255 all. Uint8Array [length, STRIP_WIDTH] */
  readonly sun: Uint8Array;
}

export function paintStrip(
  road: Road,
  style: RoadStyle,
  things: readonly Thing[],
  light: Light,
  draws: Stream,
): Strip {
  const length = Math.ceil(road.length * STRIP_PER_METRE) + 2;
  const strip = {
    length,
    tone: new Uint8Array(length * STRIP_WIDTH).fill(128),
    sun: new Uint8Array(length * STRIP_WIDTH).fill(255),
  };
  paintRepairs(strip, style, draws);
  paintCracks(strip, style, draws);
  const leaves = noiseTile(LEAVES_SIZE, 32, 3, 0.7, draws.integer(0, 1e6));
  for (const thing of things) {
    paintContact(strip, road, thing);
    if (light.direct > 0) paintShadow(strip, road, thing, light, leaves);
  }
  return strip;
}

const columnOf = (offset: number) => (offset + REACH) * STRIP_PER_METRE - 0.5;

/** Rectangles of newer, darker or older, lighter pavement. */
function paintRepairs(strip: Strip, { halfWidth }: RoadStyle, draws: Stream): void {
  const spacing = draws.uniform(15, 120);
  for (
    let s = draws.uniform(0, spacing);
    s * STRIP_PER_METRE < strip.length;
    s += draws.uniform(0.3, 1.7) * spacing
  ) {
    const left = draws.uniform(-halfWidth, halfWidth * 0.7);
    const right = Math.min(left + draws.uniform(0.5, halfWidth), halfWidth);
    const tone = 128 * (draws.uniform() < 0.7 ? draws.uniform(0.78, 0.94) : draws.uniform(1.05, 1.14));
    const end = Math.min((s + draws.uniform(1, 9)) * STRIP_PER_METRE, strip.length);
    for (let i = Math.ceil(s * STRIP_PER_METRE); i < end; i++) {
      const row = i * STRIP_WIDTH;
      strip.tone.fill(tone, row + Math.ceil(columnOf(left)), row + Math.floor(columnOf(right)) + 1);
    }
  }
}

/** Dark lines that wander along and across. */
function paintCracks(strip: Strip, { halfWidth }: RoadStyle, draws: Stream): void {
  const spacing = draws.uniform(4, 60);
  for (
    let s = draws.uniform(0, spacing);
    s * STRIP_PER_METRE < strip.length;
    s += draws.uniform(0.3, 1.7) * spacing
  ) {
    let offset = draws.uniform(-halfWidth, halfWidth);
    let along = s;
    const across = draws.uniform() < 0.5 ? 1 : 0.15; // metres sideways a metre along
    const drift = draws.uniform(-across, across);
    for (let n = draws.integer(10, 60); n > 0; n--) {
      along += 0.15;
      offset += 0.15 * (drift + draws.uniform(-0.6, 0.6));
      const i = Math.floor(along * STRIP_PER_METRE);
      if (i >= strip.length || Math.abs(offset) > halfWidth) break;
      strip.tone[i * STRIP_WIDTH + Math.round(columnOf(offset))] = 96;
    }
  }
}

/** A thing darkens the ground that it stands on, whatever the light. */
function paintContact(strip: Strip, road: Road, { x, y, s, width, sprite }: Thing): void {
  const radius = sprite.crown === undefined ? width * 0.6 : Math.min(width * 0.4, 1.6);
  forTexels(strip, road, road.nearest(x, y, s), radius, radius, (i, px, py) => {
    const far = ((px - x) ** 2 + (py - y) ** 2) / radius ** 2;
    if (far < 1) strip.tone[i] = Math.min(strip.tone[i], 128 * (0.6 + 0.4 * far));
  });
}

/**
 * The shadow of a crown, an ellipsoid at height z of half height c and radius r, under a sun of elevation e: an ellipse
 * z·cot e away from the sun, √(r² + c²·cot² e) long and r wide on both sides; through its leaves fall spots of light.
 */
function paintShadow(strip: Strip, road: Road, thing: Thing, light: Light, leaves: NoiseTile): void {
  const { crown } = thing.sprite;
  const cot = 1 / Math.tan(light.elevation);
  const away = { x: -Math.cos(light.azimuth), y: -Math.sin(light.azimuth) };
  const radius = crown ? crown.radius * thing.height : thing.width / 2;
  const middle = (crown?.middle ?? 0.5) * thing.height * cot;
  const reach = Math.hypot(radius, (crown?.half ?? 0.5) * thing.height * cot);
  const centre = { x: thing.x + away.x * middle, y: thing.y + away.y * middle };
  const place = road.nearest(centre.x, centre.y, thing.s);
  const stem = Math.max(0.12, 0.02 * thing.height);
  const extent = Math.max(reach, middle / 2 + 0.5);
  forTexels(strip, road, place, extent, extent, (i, px, py) => {
    const along = (px - centre.x) * away.x + (py - centre.y) * away.y;
    const across = (py - centre.y) * away.x - (px - centre.x) * away.y;
    const far = Math.sqrt((along / reach) ** 2 + (across / radius) ** 2);
    const trunk = Math.abs(across) < stem && along < 0 && along > -middle;
    if (strip.sun[i] === 0 || (far > 1.7 && !trunk)) return; // dark already, or beyond the last leaf
    const row = (py * LEAVES_PER_METRE) & (LEAVES_SIZE - 1);
    const column = (px * LEAVES_PER_METRE) & (LEAVES_SIZE - 1);
    const edge = far + (0.2 / TILE_ONE) * leaves.levels[0][row * LEAVES_SIZE + column];
    let dark = edge < 0.72 ? 1 : edge > 1.02 ? 0 : (1.02 - edge) / 0.3;
    if (trunk) dark = Math.max(dark, 0.85);
    strip.sun[i] = Math.min(strip.sun[i], 255 * (1 - dark));
  });
}

/** Visits the texels within `ahead` metres along the road and `aside` across, with their places in the world. */
function forTexels(
  strip: Strip,
  road: Road,
  place: { s: number; offset: number },
  ahead: number,
  aside: number,
  visit: (index: number, x: number, y: number) => void,
): void {
  const first = Math.max(Math.floor(columnOf(place.offset - aside)), 1);
  const last = Math.min(Math.ceil(columnOf(place.offset + aside)), STRIP_WIDTH - 2); // the rim stays plain
  if (first > last) return;
  const start = Math.max(Math.floor((place.s - ahead) * STRIP_PER_METRE), 0);
  const end = Math.min(Math.ceil((place.s + ahead) * STRIP_PER_METRE), strip.length - 1);
  for (let i = start; i <= end; i++) {
    const { x, y, heading } = road.at(i / STRIP_PER_METRE);
    const cos = Math.cos(heading);
    const sin = Math.sin(heading);
    for (let j = first; j <= last; j++) {
      const offset = (j + 0.5) / STRIP_PER_METRE - REACH;
      visit(i * STRIP_WIDTH + j, x - offset * sin, y + offset * cos);
    }
  }
}
