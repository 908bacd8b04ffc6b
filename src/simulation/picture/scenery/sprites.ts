/**
 * Pictures of things that stand upright: broad-leaved trees, conifers, bushes, posts, poles, houses. Painted from noise and
 * a few shapes, anew for every scene.
 */
import type { Stream } from '../../../random/stream.ts';
import { lit, mix, type Rgb, scaled } from '../colour.ts';
import type { Light } from '../light.ts';
import { octaves } from '../value-noise.ts';
import { type Painter, paintSprite, type Sprite } from './sprite.ts';
import type { Palette } from './vegetation.ts';

export interface Sprites {
  readonly trees: readonly Sprite[];
  readonly conifers: readonly Sprite[];
  readonly bushes: readonly Sprite[];
  readonly houses: readonly Sprite[];
  readonly post: Sprite;
  readonly pole: Sprite;
}

/** Height of a tree's largest picture, pixels. */
const TREE_ROWS = 208;
/** Kinds painted of each. */
const VARIANTS = 5;

/** Paints the things of a scene. */
export function paintSprites(palette: Palette, light: Light, draws: Stream): Sprites {
  const sun = sunInPicture(light);
  const several = (paint: () => Sprite, count = VARIANTS) => Array.from({ length: count }, paint);
  const leaf = () => palette.leaves[draws.integer(0, palette.leaves.length)];
  return {
    trees: several(() => broadleaf(leaf(), palette.bark, sun, light, draws)),
    conifers: several(() => conifer(palette.needles, palette.bark, sun, light, draws)),
    bushes: several(() => bush(mix(leaf(), palette.grass, 0.5), sun, light, draws)),
    houses: several(() => house(light, draws), 3),
    post: post(light),
    pole: pole(light, draws),
  };
}

/** Direction to the sun for someone looking along the road's main direction: right, up, towards the viewer. */
type Direction = readonly [number, number, number];

function sunInPicture({ azimuth, elevation }: Light): Direction {
  const level = Math.cos(elevation);
  return [-Math.sin(azimuth) * level, Math.sin(elevation), -Math.cos(azimuth) * level];
}

/** What a surface shows: `facing` −1..1 is the cosine between its normal and the sun. */
function shade(colour: Rgb, facing: number, light: Light): Rgb {
  const open =
    1 - 0.55 * light.direct * (1 - Math.max(facing, 0)) - 0.25 * light.direct * Math.max(-facing, 0);
  return scaled(lit(colour, mix([0.96, 1, 1.06], light.tint, Math.max(facing, 0))), open);
}

interface Clump {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Nearer to the viewer the greater. */
  readonly near: number;
}

/** Clumps of leaves, each a ball with a frayed edge, lit from the sun's side; nothing where there is none. */
function foliage(clumps: readonly Clump[], leaf: Rgb, sun: Direction, light: Light, seed: number): Painter {
  return (x, y) => {
    let fray: number | undefined; // noise is dear, and most of a picture is sky
    let nearest = Number.NEGATIVE_INFINITY;
    let normal: Direction | undefined;
    for (const clump of clumps) {
      const dx = (x - clump.x) / clump.radius;
      const dy = (y - clump.y) / clump.radius;
      if (dx * dx + dy * dy > 1.55) continue; // no noise brings this near
      fray ??= octaves(x * 26, y * 26, seed, 3, 0.7) - 0.5;
      const far = dx * dx + dy * dy + 1.1 * fray;
      if (far >= 1) continue;
      const bulge = Math.sqrt(1 - Math.max(far, 0));
      const depth = clump.near + bulge * clump.radius;
      if (depth <= nearest) continue;
      nearest = depth;
      normal = [dx, dy, bulge];
    }
    if (!normal) return undefined;
    const facing = normal[0] * sun[0] + normal[1] * sun[1] + normal[2] * sun[2];
    const speckle = 1 + 0.75 * (octaves(x * 60, y * 60, seed + 9, 2, 0.9) - 0.5);
    // Little light reaches the inside and the underside, whatever the weather.
    const hollow = 0.62 + 0.38 * Math.min(1, Math.max(0, 0.5 + 0.5 * normal[1] + 0.3 * normal[2]));
    return { colour: scaled(shade(leaf, facing, light), speckle * hollow), alpha: 1 };
  };
}

function broadleaf(leaf: Rgb, bark: Rgb, sun: Direction, light: Light, draws: Stream): Sprite {
  const aspect = draws.uniform(0.55, 0.85);
  const base = draws.uniform(0.22, 0.36); // where the crown starts
  const half = (1 - base) / 2;
  const clumps: Clump[] = [];
  for (let n = 0; n < 22; n++) {
    const angle = draws.uniform(0, 2 * Math.PI);
    const out = Math.sqrt(draws.uniform(0, 1));
    const radius = draws.uniform(0.09, 0.17);
    clumps.push({
      x: Math.cos(angle) * out * (aspect / 2 - radius),
      y: base + half + Math.sin(angle) * out * (half - radius),
      radius,
      near: draws.uniform(-0.15, 0.15),
    });
  }
  const leaves = foliage(clumps, leaf, sun, light, draws.integer(0, 1e6));
  const trunk = trunkPainter(0.024 + 0.02 * draws.uniform(), base + half, bark, sun, light);
  return paintSprite(aspect, TREE_ROWS, (x, y) => leaves(x, y) ?? trunk(x, y), {
    middle: base + half,
    half,
    radius: aspect / 2.2,
  });
}

function trunkPainter(halfWidth: number, top: number, bark: Rgb, sun: Direction, light: Light): Painter {
  return (x, y) => {
    const width = halfWidth * (1 - (0.6 * y) / top);
    if (y > top || Math.abs(x) > width) return undefined;
    const across = x / width;
    const facing = across * sun[0] + Math.sqrt(1 - across * across) * sun[2];
    const ridges = 0.85 + 0.3 * octaves(x * 160, y * 24, 77, 2);
    return { colour: scaled(shade(bark, facing, light), ridges), alpha: 1 };
  };
}

/** A cone of drooping tiers. */
function conifer(needles: Rgb, bark: Rgb, sun: Direction, light: Light, draws: Stream): Sprite {
  const aspect = draws.uniform(0.34, 0.5);
  const base = draws.uniform(0.06, 0.16);
  const tiers = draws.integer(8, 14);
  const seed = draws.integer(0, 1e6);
  const trunk = trunkPainter(0.018, 0.4, bark, sun, light);
  return paintSprite(
    aspect,
    TREE_ROWS,
    (x, y) => {
      const up = (y - base) / (1 - base);
      const tier = (1 - up) * tiers + 0.7 * octaves(x * 14, y * 3, seed, 2);
      const within = tier - Math.floor(tier); // 0 at a tier's top, 1 at the tips of its branches
      const width = (aspect / 2) * (1 - up) * (0.62 + 0.38 * within);
      const fray = 0.75 + 0.5 * octaves(x * 40, y * 40, seed + 5, 2, 0.8);
      if (up < 0 || Math.abs(x) > width * fray) return trunk(x, y);
      const across = Math.min(Math.max(x / width, -1), 1);
      const facing = across * sun[0] * 0.8 + (1 - within) * sun[1] * 0.7 + 0.5 * sun[2];
      const speckle = 0.68 + 0.64 * octaves(x * 70, y * 50, seed + 7, 2, 0.9);
      return { colour: scaled(shade(needles, facing, light), speckle * (1.1 - 0.35 * within)), alpha: 1 };
    },
    { middle: (1 + base) / 2 - 0.12, half: (1 - base) / 2, radius: aspect / 3.2 },
  );
}

function bush(leaf: Rgb, sun: Direction, light: Light, draws: Stream): Sprite {
  const aspect = draws.uniform(1.1, 2.1);
  const clumps: Clump[] = [];
  for (let n = 0; n < 16; n++) {
    const radius = draws.uniform(0.18, 0.34);
    const x = draws.uniform(-1, 1) * (aspect / 2 - radius);
    const ceiling = Math.sqrt(Math.max(1 - (2 * x) ** 2 / aspect ** 2, 0)) - radius;
    clumps.push({
      x,
      y: draws.uniform(0.08, Math.max(ceiling, 0.2)),
      radius,
      near: draws.uniform(-0.2, 0.2),
    });
  }
  return paintSprite(aspect, 64, foliage(clumps, leaf, sun, light, draws.integer(0, 1e6)), {
    middle: 0.4,
    half: 0.4,
    radius: aspect / 2.4,
  });
}

/** A wall with windows and a door, and a roof. */
function house(light: Light, draws: Stream): Sprite {
  const aspect = draws.uniform(1.3, 2);
  const wall: Rgb = mix([206, 200, 188], [150, 112, 92], draws.uniform());
  const roof: Rgb = mix([92, 84, 82], [120, 72, 58], draws.uniform());
  const eaves = 0.58;
  const front = sunInPicture(light)[2];
  return paintSprite(aspect, 96, (x, y) => {
    const half = aspect / 2;
    if (y > eaves) {
      const rows = 0.94 + 0.1 * octaves(x * 30, y * 60, 3, 2);
      const inside = Math.abs(x) < half - (y - eaves) * 0.5;
      return inside ? { colour: scaled(shade(roof, 0.5 + 0.3 * front, light), rows), alpha: 1 } : undefined;
    }
    if (Math.abs(x) > half * 0.93) return undefined;
    const column = (x + half) / 0.3;
    const window = Math.abs(column - Math.floor(column) - 0.5) < 0.22 && Math.abs(y - 0.33) < 0.11;
    const boards = 0.97 + 0.05 * Math.sin(y * 160);
    return { colour: scaled(shade(window ? [62, 72, 82] : wall, front, light), boards), alpha: 1 };
  });
}

/** A white delineator with a dark band. */
function post(light: Light): Sprite {
  const aspect = 0.12;
  return paintSprite(aspect, 40, (_, y) => ({
    colour: shade(y > 0.68 && y < 0.85 ? [50, 48, 46] : [222, 222, 218], 0.3, light),
    alpha: y < 0.97 ? 1 : 0.5,
  }));
}

/** A wooden pole with a cross-arm. */
function pole(light: Light, draws: Stream): Sprite {
  const wood: Rgb = mix([98, 84, 70], [128, 122, 112], draws.uniform());
  return paintSprite(0.26, 128, (x, y) => {
    const arm = Math.abs(y - 0.92) < 0.012 && Math.abs(x) < 0.12;
    return arm || Math.abs(x) < 0.014
      ? { colour: shade(wood, x > 0 ? -0.2 : 0.4, light), alpha: 1 }
      : undefined;
  });
}
