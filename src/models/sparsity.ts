/**
 * `--sparsity`: a fixed random part of a recurrent cell's weights stays 0 (docs/pipeline.md §3). The mask is
 * applied after every update, as in the original, so the start values are still whole.
 */
import { stream } from '../random/stream.ts';
import type { Cell, Constraint } from './cells/cell.ts';

/**
 * @param sparsity - P(0), in (0, 1)
 * @param name - scope of the streams, the model's name
 * @returns the cell's constraints with the masks put behind them
 */
export function sparsityConstraints(
  cell: Cell,
  sparsity: number,
  seed: number,
  name: string,
): ReadonlyMap<string, Constraint> {
  const constraints = new Map(cell.constraints);
  for (const weight of cell.recurrentWeights) {
    const variable = cell.weights.get(weight);
    if (!variable) throw new Error(`recurrentWeights names ${weight}, which is no weight of the cell`);
    const draws = new Float32Array(variable.size);
    stream(seed, 'sparsity', `${name}/${weight}`).fillUniform(draws, 0, 1);
    const before = constraints.get(weight);
    constraints.set(weight, (values) => {
      before?.(values);
      for (let n = 0; n < values.length; n++) if (draws[n] < sparsity) values[n] = 0;
    });
  }
  return constraints;
}
