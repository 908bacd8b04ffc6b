/**
 * The picture of a circuit: neurons in layers (layout.ts), excitatory synapses solid, blue and ending in an arrow, inhibitory
 * ones dashed, vermilion and ending in a bar, as wide as their w.
 */
import { UsageError } from '../../errors.ts';
import { BLUE, GREY, INK, VERMILION } from '../../plot/colours.ts';
import { drawPlot } from '../../plot/draw.ts';
import { type Circuit, type CircuitSynapse, SENSORY, signOf } from './circuit.ts';
import { type Layout, layoutOf, type Place } from './layout.ts';

/** More than these are a grey mass. */
const MOST_NEURONS = 250;
const MOST_SYNAPSES = 3000;

/** Pixels. */
const THINNEST = 0.5;
const WIDEST = 3.5;
const HEAD = 5;
const LOOP_RADIUS = 11;

interface Point {
  /** Points of one line have the same. */
  readonly line: number;
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  readonly width: number;
}

interface Head {
  readonly x: number;
  readonly y: number;
  /** Degrees clockwise from upwards. */
  readonly angle: number;
}

/**
 * @param firstOf - number of the first neuron of a layer, by its name
 * @throws UsageError for a circuit of too many neurons or synapses to tell apart
 */
export async function circuitSvg(
  title: string,
  circuit: Circuit,
  firstOf: (layer: string) => number,
): Promise<string> {
  refuseCrowd(circuit);
  const layout = layoutOf(circuit, firstOf);
  const placeOf = new Map(layout.places.map((place) => [`${place.layer} ${place.neuron}`, place]));
  const weights = circuit.synapses.flatMap(({ w }) => w ?? []);
  const largest = weights.length === 0 ? null : Math.max(...weights);
  const drawn = circuit.synapses.map((synapse, line) => {
    const from = placeOf.get(`${synapse.source_layer} ${synapse.source}`) as Place;
    const to = placeOf.get(`${synapse.target_layer} ${synapse.target}`) as Place;
    return { line, sign: signOf(synapse), width: widthOf(synapse, largest), path: pathOf(from, to) };
  });
  const pointsOf = (sign: 1 | -1): Point[] =>
    drawn
      .filter((synapse) => synapse.sign === sign)
      .flatMap(({ line, width, path }) =>
        path.map(([x, y]) => ({ line, x, y, width, colour: sign > 0 ? BLUE : VERMILION })),
      );
  const headsOf = (sign: 1 | -1) =>
    drawn.filter((synapse) => synapse.sign === sign).map(({ path }) => headOf(path));
  const line = {
    x: 'x',
    y: 'y',
    z: 'line',
    stroke: 'colour',
    strokeWidth: 'width',
    strokeOpacity: 0.6,
  } as const;

  return drawPlot({
    title,
    legend: [
      { label: 'excitatory, ends in an arrow', colour: BLUE },
      { label: 'inhibitory, ends in a bar', colour: VERMILION, sample: 'dashed' },
      ...(largest === null
        ? []
        : [{ label: `as wide as w, at most ${largest.toPrecision(3)}`, colour: GREY } as const]),
    ],
    plot: (Plot) => ({
      width: layout.width,
      height: layout.height,
      margin: 0,
      x: { type: 'identity', axis: null },
      y: { type: 'identity', axis: null },
      r: { type: 'identity' },
      marks: [
        Plot.line(pointsOf(1), line),
        Plot.line(pointsOf(-1), { ...line, strokeDasharray: '4,2.5' }),
        Plot.vector(headsOf(1), { ...HEAD_CHANNELS, stroke: BLUE, fill: BLUE, shape: arrowHead }),
        Plot.vector(headsOf(-1), { ...HEAD_CHANNELS, stroke: VERMILION, strokeWidth: 1.8, shape: bar }),
        Plot.dot(layout.places, {
          x: 'x',
          y: 'y',
          r: 'radius',
          fill: 'white',
          stroke: INK,
          strokeWidth: 1.2,
        }),
        Plot.text(layout.places, {
          x: 'x',
          y: 'y',
          text: (place: Place) => String(place.neuron),
          fontSize: (place: Place) => Math.min(11, place.radius * 1.15),
        }),
        Plot.text(captions(circuit, layout), {
          x: 'x',
          y: () => 14,
          text: 'text',
          fontSize: 13,
          fontWeight: 'bold',
          textAnchor: 'middle',
        }),
      ],
    }),
  });
}

const HEAD_CHANNELS = { x: 'x', y: 'y', rotate: 'angle', length: HEAD, anchor: 'end' } as const;

/** What Plot draws a shape with. */
interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
}

/** Plot draws these shapes upwards, from y = 0 to −length. */
const arrowHead = {
  draw(context: Pen, length: number) {
    context.moveTo(-length * 0.4, 0);
    context.lineTo(0, -length);
    context.lineTo(length * 0.4, 0);
    context.closePath();
  },
};
const bar = {
  draw(context: Pen, length: number) {
    context.moveTo(-length * 0.6, -length);
    context.lineTo(length * 0.6, -length);
  },
};

function refuseCrowd({ layers, synapses }: Circuit): void {
  const neurons = layers.reduce((sum, layer) => sum + layer.neurons, 0);
  if (neurons <= MOST_NEURONS && synapses.length <= MOST_SYNAPSES) return;
  throw new UsageError(
    `${neurons} inputs and neurons with ${synapses.length} synapses cannot be told apart in a picture; up to ${MOST_NEURONS} and ` +
      `${MOST_SYNAPSES} can. The CSV files have them all`,
  );
}

const widthOf = ({ w }: CircuitSynapse, largest: number | null) =>
  w === null || !largest ? 1 : THINNEST + (WIDEST - THINNEST) * (w / largest);

type Vector = readonly [number, number];

/** From the rim of one neuron to that of another: straight between columns and across a ring, an arc along a column. */
function pathOf(from: Place, to: Place): Vector[] {
  if (from === to) return loop(from);
  const direction = unit([to.x - from.x, to.y - from.y]);
  if (from.layer !== to.layer || from.inRing) {
    return [onRim(from, direction, 1), onRim(to, direction, -1)];
  }
  // Downwards on the right, upwards on the left, so that the two of a pair lie apart.
  const distance = to.y - from.y;
  const bend: Vector = [from.x + 0.35 * distance + Math.sign(distance) * 12, (from.y + to.y) / 2];
  const start = onRim(from, unit([bend[0] - from.x, bend[1] - from.y]), 1);
  const end = onRim(to, unit([to.x - bend[0], to.y - bend[1]]), -1);
  return Array.from({ length: 13 }, (_, n) => bezier(start, bend, end, n / 12));
}

function loop({ x, y, radius, outwards: [dx, dy] }: Place): Vector[] {
  const [cx, cy] = [x + dx * (radius + LOOP_RADIUS * 0.6), y + dy * (radius + LOOP_RADIUS * 0.6)];
  const inwards = Math.atan2(-dy, -dx);
  return Array.from({ length: 15 }, (_, n) => {
    const angle = inwards + 0.9 + ((2 * Math.PI - 1.8) * n) / 14;
    return [cx + LOOP_RADIUS * Math.cos(angle), cy + LOOP_RADIUS * Math.sin(angle)] as const;
  });
}

function headOf(path: readonly Vector[]): Head {
  const [before, [x, y]] = path.slice(-2);
  return { x, y, angle: (Math.atan2(x - before[0], before[1] - y) * 180) / Math.PI };
}

function bezier(a: Vector, b: Vector, c: Vector, t: number): Vector {
  const at = (i: 0 | 1) => (1 - t) ** 2 * a[i] + 2 * t * (1 - t) * b[i] + t ** 2 * c[i];
  return [at(0), at(1)];
}

const onRim = ({ x, y, radius }: Place, [dx, dy]: Vector, side: 1 | -1): Vector => [
  x + side * dx * (radius + 1),
  y + side * dy * (radius + 1),
];

function unit([dx, dy]: Vector): Vector {
  const length = Math.hypot(dx, dy);
  return [dx / length, dy / length];
}

const captions = ({ layers }: Circuit, { columns }: Layout) =>
  columns.map(({ layer, x }, n) => ({
    x,
    text: `${layers[n].neurons} ${layer === SENSORY ? 'sensory' : layer}`,
  }));
