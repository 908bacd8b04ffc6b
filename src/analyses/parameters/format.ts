/** Parameter counts as CSV: a row a model, a column a part. */
import { stringify } from 'csv-stringify/sync';
import { csvCells } from '../../text/csv-cells.ts';
import type { ParameterCounts } from './count.ts';

export function countsAsCsv(rows: readonly ParameterCounts[]): string {
  return stringify(
    rows.map(({ name, model, parts, total, absent, units, synapses }) => ({
      name,
      model,
      ...parts,
      total,
      absent,
      units,
      synapses,
    })),
    { header: true, ...csvCells() },
  );
}
