/** `ncp-train analyse lipschitz`: see src/analyses/lipschitz/. */
import type { ModelConstants } from '../analyses/lipschitz/analyse.ts';
import { lipschitzOptions } from '../options/commands/analyses.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';
import { remarkLines, TRACE_NOTES, traceOperands, withTraces } from './trace-options.ts';

const PURPOSE = 'Lipschitz constants of the neurons';

export default defineCommand({
  operands: traceOperands,
  options: lipschitzOptions,
  notes: () => TRACE_NOTES,
  async run(options, { path: paths }, { print }) {
    const { constantsOf } = await import('../analyses/lipschitz/analyse.ts');
    const { constantRows, largestOf, undrawn, writeConstants } = await import(
      '../analyses/lipschitz/write.ts'
    );
    await withTraces(paths, PURPOSE, options, async ({ sources, warnings }) => {
      const models: ModelConstants[] = [];
      for (const source of sources) models.push(await constantsOf(source, options.jacobian_every));
      const files = await writeConstants(options.out, models);
      const largest = largestOf(models);
      const notes = models.flatMap((model) => notesOf(model, undrawn(model.trace, largest.trace)));
      const result = models.map((model) => ({
        model: model.source.label,
        path: model.source.path,
        pairs: model.pairs,
        state_map: model.map ? { whole: model.map.whole, frames: model.map.frames } : null,
        neurons: constantRows(model).map(({ model: _, ...row }) => row),
      }));
      const { out } = options;
      print(
        { models: result, warnings, notes, out, files },
        [table(models), ...remarkLines(warnings, notes, out, files)].join('\n'),
      );
    });
  },
});

function table(models: readonly ModelConstants[]): string {
  const spread = (values: Float64Array | undefined) => {
    if (!values) return ['–', '–'];
    const sorted = [...values].sort((a, b) => a - b);
    return [sorted[sorted.length - 1], sorted[sorted.length >> 1]].map((value) => value.toPrecision(3));
  };
  return aligned([
    [
      'model',
      'neurons',
      'pairs',
      'trace: largest, 1/s',
      'median',
      'Jacobian: largest',
      'median',
      'whole state',
    ],
    ...models.map(({ source, trace, pairs, map }) => [
      source.label,
      String(source.neurons.length),
      String(pairs),
      ...spread(trace),
      ...spread(map?.neurons),
      map ? map.whole.toPrecision(3) : '–',
    ]),
  ]);
}

function notesOf({ source, standing, map }: ModelConstants, still: number): string[] {
  const { label, model, recurrent } = source;
  const notes: string[] = [];
  if (still > 0) notes.push(`${label}: ${still} neurons stand still, or as good as still, and are not drawn`);
  if (standing > 0)
    notes.push(`${label}: ${standing} frames left out, at which no time has passed since the one before`);
  if (map)
    notes.push(
      `${label}: the Jacobian was taken at ${map.frames} of ${source.frames} frames (--jacobian-every)`,
    );
  if (!map && model === 'cnn')
    notes.push(`${label} has no state: the trace is of its last hidden layer, and there is no Jacobian`);
  else if (!recurrent)
    notes.push(`${label}: a drive without its model has no Jacobian; give the checkpoint before it`);
  return notes;
}
