/**
 * The roads of test drives: as many as are asked for of one kind and seed, each a function of kind, seed and number. Their key
 * is another than that of recordings, so no training set holds one of them, whatever its seed.
 */
import { stream } from '../../random/stream.ts';
import { drawPace } from '../generate/driven-frames.ts';
import type { Scene, SceneOptions } from '../picture/scene.ts';
import type { RoadKind } from '../road/road-kind.ts';
import { TEST_START, TestDrive } from './test-drive.ts';

export interface TestRoads {
  readonly kind: RoadKind;
  readonly seed: number;
  /** Metres to drive, and seconds not to exceed. */
  readonly distance: number;
  readonly seconds: number;
  /** Of the frames, pixels. */
  readonly height: number;
  readonly width: number;
}

/** Beyond the distance, so that the last frames have road ahead, m. */
const BEYOND = 20;
/** Nobody drives faster on these roads, m/s (driven-frames.ts). */
const FASTEST = 17;

/** What makes the scene of road number `road`, from 0. */
export function testScene(
  { kind, seed, distance, seconds, height, width }: TestRoads,
  road: number,
): SceneOptions {
  const metres = Math.min(distance, seconds * FASTEST);
  const length = Math.ceil(TEST_START + metres + BEYOND);
  return { kind, seed, key: ['test drive', road], length, height, width };
}

/** A drive on a road; its pace, pushes and safety driver are the same for every model. */
export function testDrive(
  { kind, seed, distance, seconds }: TestRoads,
  road: number,
  scene: Pick<Scene, 'road' | 'style'>,
  { rate, push }: { rate: number; push: number },
): TestDrive {
  const draws = (what: string) => stream(seed, 'test drive', kind, road, what);
  const pace = drawPace(kind, draws('pace'));
  return new TestDrive({
    road: scene.road,
    style: scene.style,
    pace,
    rate,
    distance,
    seconds,
    push,
    draws: draws('drive'),
  });
}
