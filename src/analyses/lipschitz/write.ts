/**
 * The files of `analyse lipschitz`: a table, and the constants of every model's neurons, sorted from the largest, on a logarithmic axis: a
 * picture of the traces, one of the Jacobians.
 */
import { OKABE_ITO } from '../../plot/colours.ts';
import { drawPlot } from '../../plot/draw.ts';
import { writeOutputs } from '../../plot/output-folder.ts';
import { csvText } from '../../text/csv.ts';
import type { ModelConstants } from './analyse.ts';

const COLUMNS = ['model', 'neuron', 'trace', 'jacobian'] as const;

/** @returns names of the files @throws DataError if something cannot be written */
export async function writeConstants(folder: string, models: readonly ModelConstants[]): Promise<string[]> {
  return writeOutputs(folder, await constantsSvgs(models), {
    'lipschitz.csv': csvText(models.flatMap(constantRows), COLUMNS),
  });
}

/** A row a neuron; jacobian is null where there is no state map. */
export const constantRows = ({ source, trace, map }: ModelConstants) =>
  source.neurons.map((neuron, j) => ({
    model: source.label,
    neuron,
    trace: trace[j],
    jacobian: map?.neurons[j] ?? null,
  }));

interface Point {
  readonly model: string;
  readonly colour: string;
  readonly rank: number;
  readonly constant: number;
}

/** @returns pictures by name: `lipschitz-trace`, and where there is a state map `lipschitz-jacobian` */
export async function constantsSvgs(models: readonly ModelConstants[]): Promise<Record<string, string>> {
  const largest = largestOf(models);
  const trace = models.flatMap(({ source, trace: values }, n) =>
    ranked(source.label, n, values, largest.trace),
  );
  const map = models.flatMap((model, n) =>
    model.map ? ranked(model.source.label, n, model.map.neurons, largest.map) : [],
  );
  const legendOf = (points: readonly Point[]) =>
    models
      .map(({ source }, n) => ({
        label: `${source.label} (${source.neurons.length} neurons)`,
        colour: colourOf(n),
        n,
      }))
      .filter(({ colour }) => points.some((point) => point.colour === colour))
      .map(({ label, colour }) => ({ label, colour }));
  return {
    ...(trace.length > 0
      ? {
          'lipschitz-trace': await svgOf(
            'Maximum local Lipschitz constant of each neuron along the drive',
            'largest |x(t+1) − x(t)|/Δt (1/s)',
            trace,
            legendOf(trace),
          ),
        }
      : {}),
    ...(map.length > 0
      ? {
          'lipschitz-jacobian': await svgOf(
            'Maximum local Lipschitz constant of each neuron’s state map',
            'largest norm of its row of ∂x(t+1)/∂x(t)',
            map,
            legendOf(map),
          ),
        }
      : {}),
  };
}

const colourOf = (n: number) => OKABE_ITO[n % OKABE_ITO.length];

/** Of the largest constant of a picture: below that a neuron stands as good as still, and would only stretch the axis. */
const LEAST_SHARE = 1e-6;

/** How many of the constants are not drawn. */
export function undrawn(constants: ArrayLike<number>, largest: number): number {
  return Array.from(constants).filter((constant) => !isDrawn(constant, largest)).length;
}

const isDrawn = (constant: number, largest: number) => constant > 0 && constant >= LEAST_SHARE * largest;

/** The largest of all models, by trace and by Jacobian. */
export function largestOf(models: readonly ModelConstants[]): { trace: number; map: number } {
  const all = (values: (model: ModelConstants) => Iterable<number>) =>
    Math.max(0, ...models.flatMap((model) => [...values(model)]));
  return { trace: all(({ trace }) => trace), map: all(({ map }) => map?.neurons ?? []) };
}

function ranked(model: string, n: number, values: Float64Array, largest: number): Point[] {
  return Array.from(values)
    .filter((constant) => isDrawn(constant, largest))
    .sort((a, b) => b - a)
    .map((constant, rank) => ({ model, colour: colourOf(n), rank: rank + 1, constant }));
}

function svgOf(
  title: string,
  label: string,
  points: readonly Point[],
  legend: readonly { label: string; colour: string }[],
): Promise<string> {
  const last = Math.max(2, ...points.map(({ rank }) => rank));
  const line = { x: 'rank', y: 'constant', z: 'model' } as const;
  return drawPlot({
    title,
    legend,
    plot: ({ line: lineMark, dot }) => ({
      marginLeft: 70,
      x: {
        label: 'neurons, from the largest constant to the smallest',
        domain: [1, last],
        ticks: Math.min(10, last),
        tickFormat: 'd',
      },
      y: { label, type: 'log', grid: true, tickFormat: '~g' },
      marks: [
        lineMark(points, { ...line, stroke: 'colour', strokeWidth: 1.6 }),
        dot(points, { ...line, fill: 'colour', r: 2.6 }),
      ],
    }),
  });
}
