/**
 * What stands beside a road, and where: trees in depth behind a first row, bushes before them, posts, houses. Drawn along
 * the road, side by side, so a place depends on the seed and the road alone. How things look is sprites.ts's business.
 */
import type { Stream } from '../../../random/stream.ts';
import type { Road } from '../../road/road.ts';
import type { RoadStyle } from '../../road/road-kind.ts';
import type { Sprite } from './sprite.ts';
import type { Sprites } from './sprites.ts';

/** Something upright on the ground. */
export interface Thing {
  /** Where it stands: metres along the road, and in the world. */
  readonly s: number;
  readonly x: number;
  readonly y: number;
  readonly sprite: Sprite;
  /** Of the whole picture, m. */
  readonly height: number;
  readonly width: number;
}

/** @returns things in order of s */
export function placeThings(road: Road, style: RoadStyle, sprites: Sprites, draws: Stream): Thing[] {
  const things: Thing[] = [];
  const place = (s: number, offset: number, sprite: Sprite, height: number) => {
    const { x, y, heading, curvature } = road.at(s);
    // On the inner side of a bend, what would stand beyond its centre is left out.
    if (curvature * offset > 0.8) return;
    const at = { x: x - offset * Math.sin(heading), y: y + offset * Math.cos(heading) };
    // Nothing may stand on another stretch of the same road.
    const nearest = road.nearest(at.x, at.y, s);
    if (Math.abs(nearest.offset) < Math.min(Math.abs(offset), style.treeLine) - 0.5) return;
    things.push({ s, ...at, sprite, height, width: height * sprite.aspect });
  };
  const pick = (from: readonly Sprite[]) => from[draws.integer(0, from.length)];
  for (const side of [-1, 1]) {
    for (let s = 0; s < road.length; s += draws.uniform(0.3, 1.7) / style.trees) {
      const behind = style.wood * draws.uniform() ** 1.7;
      const conifer = draws.uniform() < style.conifers;
      const height = draws.uniform(5, conifer ? 13 : 11) + behind * 0.15;
      place(s, side * (style.treeLine + behind), pick(conifer ? sprites.conifers : sprites.trees), height);
    }
    for (let s = 0; s < road.length; s += draws.uniform(0.2, 1.8) / style.bushes) {
      const low = style.halfWidth + style.gravel + 0.5;
      const offset = draws.uniform(low, style.treeLine + 2);
      place(s, side * offset, pick(sprites.bushes), draws.uniform(0.3, 0.5 + 0.25 * (offset - low)));
    }
    for (let s = draws.uniform(0, 20); style.posts > 0 && s < road.length; s += style.posts) {
      place(s, side * (style.halfWidth + 0.6), sprites.post, 1.1);
    }
    for (let s = 0; style.houses > 0 && s < road.length; s += draws.uniform(0.4, 1.6) / style.houses) {
      place(s, side * (style.treeLine + draws.uniform(3, 12)), pick(sprites.houses), draws.uniform(5, 7.5));
    }
  }
  if (style.houses > 0.005) {
    const offset = style.halfWidth + 1.6;
    for (let s = 10; s < road.length; s += 38) place(s, offset, sprites.pole, 8.5);
  }
  return things.sort((a, b) => a.s - b.s);
}
