/**
 * Where the neurons of a circuit stand in its picture: a column a layer, inputs on the left, motor neurons on the right. A large
 * layer with synapses inside it becomes a ring, in which they can be seen. Pixels, y downwards.
 */
import type { Circuit } from './circuit.ts';

export interface Place {
  readonly layer: string;
  readonly neuron: number;
  readonly x: number;
  readonly y: number;
  /** Of the circle it is drawn as. */
  readonly radius: number;
  readonly inRing: boolean;
  /** Where a synapse onto itself bends to: a unit vector. */
  readonly outwards: readonly [number, number];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: readonly Place[];
  /** Middle of each column, above which its name stands. */
  readonly columns: readonly { readonly layer: string; readonly x: number }[];
}

const WIDTH = 860;
const HEIGHT = 640;
/** Around everything; the names of the layers lie in it. */
const MARGIN = 44;
/** Between two neurons of a column, where there is room. */
const SPACING = 62;
/** From so many neurons on, a layer with synapses inside it is a ring. */
const RING_FROM = 13;
const RING_RADIUS = 190;
const LARGEST_NEURON = 15;

/** @param firstOf - number of the first neuron of a layer, by its name */
export function layoutOf(circuit: Circuit, firstOf: (layer: string) => number): Layout {
  const { layers, connections } = circuit;
  const isRing = (layer: string, neurons: number) =>
    neurons >= RING_FROM && connections.some(({ from, to }) => from === layer && to === layer);
  const widths = layers.map(({ layer, neurons }) =>
    isRing(layer, neurons) ? 2 * (RING_RADIUS + LARGEST_NEURON) : 2 * LARGEST_NEURON,
  );
  const free = WIDTH - 2 * MARGIN - widths.reduce((sum, width) => sum + width, 0);
  const gap = free / Math.max(1, layers.length - 1);
  let left = MARGIN;
  const columns = layers.map(({ layer }, n) => {
    const x = left + widths[n] / 2;
    left += widths[n] + gap;
    return { layer, x };
  });
  const places = layers.flatMap(({ layer, neurons }, n) => {
    const first = firstOf(layer);
    const at = isRing(layer, neurons) ? ring(neurons) : column(neurons);
    return at.map(({ dx, y, ...place }, i) => ({
      layer,
      neuron: first + i,
      x: columns[n].x + dx,
      y,
      ...place,
    }));
  });
  return { width: WIDTH, height: HEIGHT, places, columns };
}

interface Spot extends Omit<Place, 'layer' | 'neuron' | 'x'> {
  /** From the middle of the column. */
  readonly dx: number;
}

function column(neurons: number): Spot[] {
  const room = HEIGHT - 2 * MARGIN;
  const spacing = Math.min(SPACING, room / Math.max(1, neurons - 1));
  const top = MARGIN + (room - spacing * (neurons - 1)) / 2 + MARGIN / 4;
  const radius = Math.min(LARGEST_NEURON, spacing * 0.42);
  return Array.from({ length: neurons }, (_, i) => ({
    dx: 0,
    y: top + i * spacing,
    radius,
    inRing: false,
    outwards: [1, 0] as const,
  }));
}

function ring(neurons: number): Spot[] {
  const radius = Math.min(LARGEST_NEURON, (Math.PI * RING_RADIUS * 0.7) / neurons);
  return Array.from({ length: neurons }, (_, i) => {
    const angle = -Math.PI / 2 + (2 * Math.PI * i) / neurons;
    const outwards = [Math.cos(angle), Math.sin(angle)] as const;
    return {
      dx: RING_RADIUS * outwards[0],
      y: HEIGHT / 2 + RING_RADIUS * outwards[1],
      radius,
      inRing: true,
      outwards,
    };
  });
}
