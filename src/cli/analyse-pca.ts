/** `ncp-train analyse pca`: see src/analyses/pca/. */
import type { ModelComponents } from '../analyses/pca/analyse.ts';
import { pcaOptions } from '../options/commands/analyses.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';
import { remarkLines, TRACE_NOTES, traceOperands, withTraces } from './trace-options.ts';

const PURPOSE = 'principal component analysis';

export default defineCommand({
  operands: traceOperands,
  options: pcaOptions,
  notes: () => TRACE_NOTES,
  async run(options, { path: paths }, { print }) {
    const { componentsOf } = await import('../analyses/pca/analyse.ts');
    const { componentRows, writeComponents } = await import('../analyses/pca/write.ts');
    const { drivenRoad, ROAD_NEEDS } = await import('../analyses/road/driven-road.ts');
    await withTraces(paths, PURPOSE, options, async ({ sources, warnings, driveOf }) => {
      const models: ModelComponents[] = [];
      for (const source of sources) models.push(await componentsOf(source));
      const roads = new Map(
        await Promise.all(sources.map(async (one) => [one, await drivenRoad(driveOf(one))] as const)),
      );
      const files = await writeComponents(options.out, models, ({ source }) => roads.get(source));
      const notes = [
        ...models.flatMap(({ source, constant }) =>
          constant.length > 0
            ? [`${source.label}: ${constant.length} neurons never change: ${someOf(constant)}`]
            : [],
        ),
        ...[...roads].flatMap(([source, road]) =>
          road
            ? []
            : [
                `${driveOf(source)} has no road for the components of ${source.label}: that needs ${ROAD_NEEDS}`,
              ],
        ),
      ];
      const result = models.map((model) => ({
        model: model.source.label,
        path: model.source.path,
        frames: model.source.frames,
        neurons: model.source.neurons.length,
        components: componentRows(model).map(({ model: _, ...row }) => row),
      }));
      const { out } = options;
      print(
        { models: result, warnings, notes, out, files },
        [table(models), ...remarkLines(warnings, notes, out, files)].join('\n'),
      );
    });
  },
});

function table(models: readonly ModelComponents[]): string {
  return aligned([
    ['model', 'neurons', 'frames', 'PC1', 'PC2', 'PC3', 'components for 95 %'],
    ...models.map(({ source, parts: { explained } }) => [
      source.label,
      String(source.neurons.length),
      String(source.frames),
      ...[0, 1, 2].map((k) => (k < explained.length ? `${(100 * explained[k]).toFixed(1)} %` : '–')),
      componentsFor(explained, 0.95),
    ]),
  ]);
}

function componentsFor(explained: Float64Array, share: number): string {
  let sum = 0;
  for (const [k, part] of explained.entries()) {
    sum += part;
    if (sum >= share) return String(k + 1);
  }
  return '–';
}

const someOf = (names: readonly string[]) =>
  names.length > 6 ? `${names.slice(0, 6).join(', ')}, …` : names.join(', ');
