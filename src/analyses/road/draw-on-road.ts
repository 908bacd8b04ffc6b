/**
 * Numbers over a drive as colours on the driven road: a small map for each of them, all to one scale in metres. Every map has its own
 * range of colours, from its 2nd percentile to its 98th, which stand above it: what is shown is where on the road something
 * happens, and one frame does not make all others look alike. The colours are cividis, which people with any colour vision see alike (Nuñez et al. 2018).
 */
import { INK } from '../../plot/colours.ts';
import { drawPlot } from '../../plot/draw.ts';

/** Cividis at 0, ¼, ½, ¾ and 1. */
const RAMP = ['#00224e', '#434e6c', '#7d7c78', '#bcae6c', '#fee838'];

export interface RoadMap {
  readonly title: string;
  /** One for each point of the road. */
  readonly values: ArrayLike<number>;
}

export interface RoadPoints {
  /** m */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** Dots in a picture: more make the file large and the road no clearer. */
const MOST_DOTS = 8000;
const WIDTH = 900;
const MARGIN = { top: 30, right: 14, bottom: 36, left: 50 };
/** Between maps, as a share of a map with one gap. */
const GAP = 0.08;
/** Above each map, pixels, for its title. */
const TITLE = 16;
/** Height of a map over its width stays between these; the road lies in its middle. */
const FLATTEST = 0.25;
const TALLEST = 1.4;

/** Frames of N to draw on each of so many maps: evenly spread, the first among them. */
export function framesToDraw(N: number, maps: number): number[] {
  const most = Math.max(50, Math.min(1000, Math.floor(MOST_DOTS / maps)));
  const count = Math.min(N, most);
  return Array.from({ length: count }, (_, n) => Math.floor((n * N) / count));
}

/**
 * @param maps - at least one
 * @param columns - how many beside each other
 */
export function onRoadSvg(
  title: string,
  road: RoadPoints,
  maps: readonly RoadMap[],
  columns: number,
): Promise<string> {
  const rows = Math.ceil(maps.length / columns);
  const { x, y, aspect } = domains(road);
  const mapWidth = ((WIDTH - MARGIN.left - MARGIN.right) * (1 - GAP)) / (columns + GAP);
  const mapHeight = mapWidth * aspect;
  const gapBelow = (TITLE + 4) / (mapHeight + TITLE + 4);
  const height = (mapHeight * (rows + gapBelow)) / (1 - gapBelow);
  const dots = maps.flatMap(({ values }, map) => {
    const [least, largest] = bulkOf(values);
    const span = largest - least;
    return Array.from(values, (value, n) => ({
      x: road.x[n],
      y: road.y[n],
      // A value that never changes has no place between low and high.
      share: span > 0 ? Math.min(1, Math.max(0, (value - least) / span)) : 0.5,
      column: map % columns,
      row: Math.floor(map / columns),
    }));
  });
  const captions = maps.map(({ title: name, values }, map) => {
    const [least, largest] = bulkOf(values);
    return {
      text: `${name}: ${shortly(least)} to ${shortly(largest)}`,
      column: map % columns,
      row: Math.floor(map / columns),
    };
  });
  const facets = { fx: 'column', fy: 'row' } as const;
  return drawPlot({
    title,
    legend: ['low in its map (2nd percentile)', '', 'half-way', '', 'high (98th)'].map((label, n) => ({
      label,
      colour: RAMP[n],
      sample: 'area' as const,
    })),
    plot: ({ frame, dot, text }) => ({
      width: WIDTH,
      height: MARGIN.top + height + MARGIN.bottom,
      marginTop: MARGIN.top,
      marginRight: MARGIN.right,
      marginBottom: MARGIN.bottom,
      marginLeft: MARGIN.left,
      x: { label: 'x (m)', domain: x, ticks: 3 },
      y: { label: 'y (m)', domain: y, ticks: 3 },
      fx: { padding: GAP, axis: null },
      fy: { padding: gapBelow, axis: null },
      color: { type: 'linear', domain: [0, 0.25, 0.5, 0.75, 1], range: RAMP },
      marks: [
        frame({ fill: '#ededed', stroke: '#cccccc' }),
        dot(dots, { x: 'x', y: 'y', ...facets, fill: 'share', r: columns > 4 ? 1.5 : 2.2 }),
        text(captions, {
          ...facets,
          text: 'text',
          frameAnchor: 'top-left',
          lineAnchor: 'bottom',
          dy: -3,
          fontSize: columns > 4 ? 9 : 11,
          fill: INK,
        }),
      ],
    }),
  });
}

/** Equal metres on both axes, with a margin. */
function domains({ x, y }: RoadPoints): { x: [number, number]; y: [number, number]; aspect: number } {
  const [west, east] = rangeOf(x);
  const [south, north] = rangeOf(y);
  const least = 1; // m, for a car that stands
  const across = Math.max(least, 1.08 * (east - west));
  const along = Math.max(least, 1.08 * (north - south));
  const height = Math.max(along, FLATTEST * across);
  const width = Math.max(across, height / TALLEST);
  const around = (low: number, high: number, span: number): [number, number] => [
    (low + high - span) / 2,
    (low + high + span) / 2,
  ];
  return { x: around(west, east, width), y: around(south, north, height), aspect: height / width };
}

const TAIL = 0.02;

/** Where the values lie but for a few at both ends. */
function bulkOf(values: ArrayLike<number>): [number, number] {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(TAIL * sorted.length);
  return [sorted[cut], sorted[sorted.length - 1 - cut]];
}

function rangeOf(values: ArrayLike<number>): [number, number] {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = 0; n < values.length; n++) {
    least = Math.min(least, values[n]);
    largest = Math.max(largest, values[n]);
  }
  return [least, largest];
}

/** Three digits. */
const shortly = (value: number) => String(Number(value.toPrecision(3))).replace('-', '−');
