/**
 * A scene: one road with its surface, its surroundings and the light under which their shadows were painted. Made once
 * from a seed; frames of it are drawn by render.ts from any place. The same seed gives the same scene, and nothing of it
 * depends on what was looked at before.
 */
import { stream } from '../../random/stream.ts';
import { Road, type RoadTables } from '../road/road.ts';
import { type RoadKind, type RoadStyle, roadStyle } from '../road/road-kind.ts';
import { planRoad } from '../road/road-plan.ts';
import { type Camera, camera } from './camera.ts';
import { type CrossSection, crossSection } from './ground/cross-section.ts';
import { FINE_STEPS, paintStrip, STRIP_PER_METRE, type Strip } from './ground/strip.ts';
import { drawLight, type Light } from './light.ts';
import { type Backdrop, paintBackdrop } from './scenery/backdrop.ts';
import { placeThings, type Thing } from './scenery/scenery.ts';
import { paintSprites } from './scenery/sprites.ts';
import { drawPalette } from './scenery/vegetation.ts';
import { lineNoise, type NoiseTile, noiseTile } from './value-noise.ts';

export interface Scene {
  readonly camera: Camera;
  readonly road: Road;
  /** The road's own tables. */
  readonly tables: RoadTables;
  readonly style: RoadStyle;
  /** The light that the scene was made for. */
  readonly light: Light;
  readonly section: CrossSection;
  readonly strip: Strip;
  /** In order of s. */
  readonly things: readonly Thing[];
  readonly backdrop: Backdrop;
  readonly fine: NoiseTile;
  readonly coarse: NoiseTile;
  /** How far the right and the left edge are frayed, FINE_STEPS of a metre, for every row of the strip: [n, 2]. */
  readonly fray: Int16Array;
}

export interface SceneOptions {
  readonly kind: RoadKind;
  readonly seed: number;
  /** Which of a seed's scenes: words and numbers. */
  readonly key: readonly (string | number)[];
  /** Of the road, m. */
  readonly length: number;
  /** Of an active road, m; not given: drawn. */
  readonly halfWidth?: number;
  /** Of the frames, pixels. */
  readonly height: number;
  readonly width: number;
}

/** Lets the road go on behind the last place that is driven, m. */
const SIGHT = 300;

/** The road of a scene alone, which costs little. */
export function sceneRoad({
  kind,
  seed,
  key,
  length,
  halfWidth,
}: SceneOptions): Pick<Scene, 'road' | 'style'> {
  const draws = (what: string) => stream(seed, 'scene', kind, ...key, what);
  return {
    road: new Road(planRoad(kind, length, draws('road')), length + SIGHT),
    style: roadStyle(kind, draws('style'), halfWidth),
  };
}

export function createScene(options: SceneOptions): Scene {
  const { kind, seed, key, height, width } = options;
  const draws = (what: string) => stream(seed, 'scene', kind, ...key, what);
  const { road, style } = sceneRoad(options);
  const light = drawLight(draws('light'));
  const palette = drawPalette(kind, draws('palette'));
  const things = placeThings(road, style, paintSprites(palette, light, draws('sprites')), draws('things'));
  const eye = camera(height, width);
  const textures = draws('textures');
  const strip = paintStrip(road, style, things, light, draws('strip'));
  return {
    camera: eye,
    road,
    tables: road.tables(),
    style,
    light,
    section: crossSection(style, palette),
    strip,
    things,
    backdrop: paintBackdrop(eye, light, palette, kind === 'active', draws('backdrop')),
    fine: noiseTile(512, 32, 5, 0.85, textures.integer(0, 1e6)),
    coarse: noiseTile(256, 8, 5, 0.7, textures.integer(0, 1e6)),
    fray: frayedEdges(strip.length, style.ragged, textures.integer(0, 1e6)),
  };
}

function frayedEdges(length: number, ragged: number, seed: number): Int16Array {
  const out = new Int16Array(2 * length);
  for (let i = 0; i < out.length; i++) {
    const s = (i >> 1) / STRIP_PER_METRE;
    const side = 100 * (i & 1);
    const metres =
      ragged * (0.6 * lineNoise(s / 2.5, seed + side) + 0.6 * lineNoise(s / 0.6, seed + side + 1));
    out[i] = Math.round(metres * FINE_STEPS);
  }
  return out;
}
