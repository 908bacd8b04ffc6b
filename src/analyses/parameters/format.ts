/** Parameter counts as CSV: a row a model, a column a part. */
import { stringify } from 'csv-stringify/sync';
import type { ParameterCounts } from './count.ts';

export function countsAsCsv(rows: readonly ParameterCounts[]): string {
  return stringify(
    rows.map(({ name, model, parts, total, absent, units, synapses }) => ({
      ...{ name, model, ...parts, total, absent, units, synapses },
    })),
    { header: true, cast: { number: String } },
  );
}
