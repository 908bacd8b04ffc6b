/**
 * What a cut across the road looks like: colours from the middle of the road to 12.8 m on both sides, as tables for
 * everything between a view of centimetres and one of metres. A far pixel covers metres of ground; its colour is the
 * mean over that width, so that lines fade with distance instead of flickering.
 */

import type { Marking, RoadStyle } from '../../road/road-kind.ts';
import type { Rgb } from '../colour.ts';
import { mix, scaled } from '../colour.ts';
import type { Palette } from '../scenery/vegetation.ts';

/** Widest offset in the tables, m; beyond it their last entry holds. */
export const REACH = 12.8;
/** Entries a metre, entries, and numbers an entry: red, green, blue, share of fine noise, share of coarse noise. */
export const PER_METRE = 80;
export const ENTRIES = 2 * REACH * PER_METRE;
export const FIELDS = 5;
/** What a table holds for a colour of 1 of 255, and for a share of noise of 1. */
export const COLOUR_ONE = 16;
export const SHARE_ONE = 1024;
/** Table k is the mean over 2^(k/2) entries. */
const LEVELS = 20;

const PAINT: Record<Marking['colour'], Rgb> = { white: [214, 214, 208], yellow: [206, 166, 58] };

export interface CrossSection {
  /** Tables by view width, Int16Array [ENTRIES·FIELDS] each, from offset −REACH on; in the units above. */
  readonly plain: readonly Int16Array[];
  /** The same within a stroke of the broken line; equal to `plain` where there is none. */
  readonly stroke: readonly Int16Array[];
  readonly dashed: Marking | undefined;
}

/** The table whose entries cover `width` metres. */
export function levelFor(width: number): number {
  return Math.min(Math.max(Math.round(2 * Math.log2(width * PER_METRE)), 0), LEVELS - 1);
}

export function crossSection(style: RoadStyle, palette: Palette): CrossSection {
  const dashed = style.markings.find((marking) => marking.dash !== undefined);
  const unbroken = style.markings.filter((marking) => marking !== dashed);
  const plain = levels(table(style, palette, unbroken));
  return { dashed, plain, stroke: dashed ? levels(table(style, palette, style.markings)) : plain };
}

function table(style: RoadStyle, palette: Palette, markings: readonly Marking[]): Float32Array {
  const out = new Float32Array(ENTRIES * FIELDS);
  for (let i = 0; i < ENTRIES; i++) {
    const offset = (i + 0.5) / PER_METRE - REACH;
    const marking = markings.find((line) => Math.abs(offset - line.offset) < line.width / 2);
    out.set(marking ? [...PAINT[marking.colour], 0.07, 0.02] : ground(style, palette, offset), i * FIELDS);
  }
  return out;
}

/** Pavement with its tracks of wheels, gravel, grass, and the ground under the trees. */
function ground(style: RoadStyle, palette: Palette, offset: number): number[] {
  const { halfWidth, gravel, treeLine } = style;
  const beyond = Math.abs(offset) - halfWidth;
  if (beyond < 0) return [...scaled(palette.pavement, wheelTracks(style, offset)), 0.055, 0.045];
  if (beyond < gravel) {
    const grown = beyond / gravel; // grass takes over
    return [...mix(palette.gravel, palette.grass, grown * grown), 0.16 + 0.04 * grown, 0.1];
  }
  const wood = Math.min(Math.max((Math.abs(offset) - treeLine + 1.5) / 3, 0), 1);
  return [...mix(palette.grass, palette.floor, 0.75 * wood), 0.2, 0.14];
}

/** Tyres darken or polish two tracks in each lane, oil its middle. */
function wheelTracks({ kind, lane }: RoadStyle, offset: number): number {
  const fromLane = kind === 'active' ? offset : Math.abs(offset) - Math.abs(lane);
  const track = Math.exp(-(((Math.abs(fromLane) - 0.78) / 0.28) ** 2));
  const oil = Math.exp(-((fromLane / 0.3) ** 2));
  return 1 + 0.05 * (kind === 'active' ? track : -track) - 0.04 * oil;
}

/** Running means over 1, √2, 2 … entries; beyond the ends the end's value counts. */
function levels(finest: Float32Array): Int16Array[] {
  const sums = new Float64Array((ENTRIES + 1) * FIELDS);
  for (let i = 0; i < ENTRIES * FIELDS; i++) sums[i + FIELDS] = sums[i] + finest[i];
  /** Sum of a field over the first `at` entries, also over a part of one and beyond the ends. */
  const sumTo = (at: number, field: number) => {
    const entry = Math.min(Math.max(Math.floor(at), 0), ENTRIES - 1);
    return sums[entry * FIELDS + field] + (at - entry) * finest[entry * FIELDS + field];
  };
  return Array.from({ length: LEVELS }, (_, k) => {
    const width = 2 ** (k / 2);
    const out = new Int16Array(ENTRIES * FIELDS);
    for (let i = 0; i < out.length; i++) {
      const middle = Math.floor(i / FIELDS) + 0.5;
      const field = i % FIELDS;
      const mean = (sumTo(middle + width / 2, field) - sumTo(middle - width / 2, field)) / width;
      out[i] = Math.round(mean * (field < 3 ? COLOUR_ONE : SHARE_ONE));
    }
    return out;
  });
}
