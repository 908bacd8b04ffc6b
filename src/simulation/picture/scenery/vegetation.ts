/** The colours of one recording's plants and pavement: seasons, dry and wet, old and new asphalt. */
import type { Stream } from '../../../random/stream.ts';
import type { RoadKind } from '../../road/road-kind.ts';
import { mix, type Rgb, scaled } from '../colour.ts';

export interface Palette {
  readonly grass: Rgb;
  /** Grass of the dry spots. */
  readonly straw: Rgb;
  /** Ground under the trees. */
  readonly floor: Rgb;
  /** Leaves of each kind of tree, in full light. */
  readonly leaves: readonly Rgb[];
  readonly needles: Rgb;
  readonly bark: Rgb;
  readonly pavement: Rgb;
  readonly gravel: Rgb;
}

const SUMMER: readonly Rgb[] = [
  [84, 116, 46],
  [104, 132, 56],
  [72, 106, 54],
];
const SPRING: readonly Rgb[] = [
  [138, 166, 70],
  [118, 152, 66],
  [150, 160, 92],
];
const AUTUMN: readonly Rgb[] = [
  [176, 118, 48],
  [152, 82, 42],
  [168, 146, 58],
  [104, 118, 54],
];

export function drawPalette(kind: RoadKind, draws: Stream): Palette {
  const season = draws.uniform();
  const dryness = draws.uniform();
  const leaves = season < 0.6 ? SUMMER : season < 0.8 ? SPRING : AUTUMN;
  const lushness = draws.uniform(0.85, 1.15);
  const grey = draws.uniform(88, kind === 'active' ? 132 : 124);
  const warm = draws.uniform(-3, 6) + (kind === 'active' ? 4 : 0);
  return {
    grass: scaled(mix([92, 122, 54], [136, 134, 76], 0.8 * dryness), lushness),
    straw: scaled(mix([122, 134, 68], [176, 158, 106], dryness), lushness),
    floor: mix([70, 78, 42], [104, 84, 58], draws.uniform()),
    leaves: leaves.map((leaf) => scaled(leaf, lushness)),
    needles: mix([50, 78, 50], [70, 92, 58], draws.uniform()),
    bark: mix([84, 70, 58], [112, 104, 94], draws.uniform()),
    pavement: [grey + warm, grey + warm / 3, grey - warm],
    gravel: mix([150, 140, 122], [122, 112, 98], draws.uniform()),
  };
}
