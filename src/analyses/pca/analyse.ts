/** The principal components of each model's states over a drive: a pass for the covariance, and where there is a road one for the scores. */
import { DataError } from '../../errors.ts';
import type { GrowingFile } from '../../files/growing-file.ts';
import type { TraceSource } from '../../replay/traces/trace-source.ts';
import { csvLine } from '../../text/csv.ts';
import { type Components, principalComponents, score } from './components.ts';
import { streamingCovariance } from './covariance.ts';

export interface ModelComponents {
  readonly source: TraceSource;
  readonly parts: Components;
  /** Neurons that never change. */
  readonly constant: readonly string[];
}

/**
 * @throws DataError for a trace of no frames
 * @throws NotFiniteError for states that are not finite, with neuron and frame
 */
export async function componentsOf(source: TraceSource): Promise<ModelComponents> {
  const covariance = streamingCovariance(source.neurons);
  for await (const { state } of source.rows()) covariance.add(state);
  if (covariance.rows === 0) throw new DataError(`${source.path}: there are no frames`);
  const U = source.neurons.length;
  const matrix = covariance.matrix();
  return {
    source,
    parts: principalComponents(covariance),
    constant: source.neurons.filter((_, i) => matrix[i * U + i] === 0),
  };
}

/** How many components are drawn on the road. */
export const DRAWN = 2;

/**
 * Writes the scores of every frame, and keeps those of some.
 *
 * @param file - with columns `frame,time`, x and y where there is a road, and {@link DRAWN} scores
 * @param drawn - frames in rising order
 * @returns scores by component, at these frames
 */
export async function writeScores(
  { source, parts }: ModelComponents,
  road: { readonly x: Float64Array; readonly y: Float64Array } | undefined,
  file: GrowingFile,
  drawn: readonly number[],
): Promise<number[][]> {
  const kept = Array.from({ length: Math.min(DRAWN, parts.components.length) }, () => [] as number[]);
  let next = 0;
  for await (const { frame, state } of source.rows()) {
    const scores = kept.map((_, k) => score(parts, k, state));
    const place = road ? [road.x[frame], road.y[frame]] : [];
    await file.add(csvLine([frame, source.times[frame], ...place, ...scores]));
    if (frame !== drawn[next]) continue;
    next++;
    for (const [k, value] of scores.entries()) kept[k].push(value);
  }
  return kept;
}
