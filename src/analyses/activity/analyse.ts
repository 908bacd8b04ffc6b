/**
 * What every neuron does along a drive: its activity, and of `wm` its time constant and coupling sensitivity
 * (src/models/cells/ltc/liquidity.ts). All frames go to CSV files, some to the pictures.
 */

import { DataError, NotFiniteError } from '../../errors.ts';
import type { GrowingFile } from '../../files/growing-file.ts';
import type { Liquidity } from '../../models/cells/ltc/liquidity.ts';
import type { TraceSource } from '../../replay/traces/trace-source.ts';
import { csvLine } from '../../text/csv.ts';
import type { DrivenRoad } from '../road/driven-road.ts';

/** By the names of their files; the second two of `wm` only, replayed from a checkpoint. */
export const QUANTITIES = ['activity', 'time-constant', 'coupling'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** What a source has. */
export function quantitiesOf({ recurrent }: TraceSource): readonly Quantity[] {
  return recurrent?.cell.liquidity ? QUANTITIES : ['activity'];
}

/**
 * @param files - one for each of the source's quantities, with columns `frame,time,x,y` and the neurons
 * @param drawn - frames in rising order
 * @returns of each quantity the values by neuron, at these frames
 * @throws DataError for a trace of no frames, NotFiniteError for states that are not finite
 */
export async function writeActivity(
  source: TraceSource,
  road: DrivenRoad,
  files: ReadonlyMap<Quantity, GrowingFile>,
  drawn: readonly number[],
): Promise<ReadonlyMap<Quantity, number[][]>> {
  const { neurons, times, recurrent } = source;
  const kept = new Map([...files.keys()].map((quantity) => [quantity, neurons.map(() => [] as number[])]));
  let [next, frames] = [0, 0];
  for await (const { frame, state, sensory } of source.rows()) {
    const bad = state.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new NotFiniteError(`${source.path}: ${neurons[bad]} is ${state[bad]} in frame ${frame}`);
    const liquidity = sensory && recurrent?.cell.liquidity?.(sensory, state);
    const isDrawn = frame === drawn[next];
    for (const [quantity, file] of files) {
      const values = valuesOf(quantity, state, liquidity);
      await file.add(csvLine([frame, times[frame], road.x[frame], road.y[frame], ...values]));
      if (isDrawn) for (const [j, value] of values.entries()) kept.get(quantity)?.[j].push(value);
    }
    if (isDrawn) next++;
    frames++;
  }
  if (frames === 0) throw new DataError(`${source.path}: there are no frames`);
  return kept;
}

function valuesOf(quantity: Quantity, state: Float32Array, liquidity: Liquidity | undefined): Float32Array {
  if (quantity === 'activity' || !liquidity) return state;
  return quantity === 'coupling' ? liquidity.couplings : liquidity.timeConstants;
}
