/** `ncp-train analyse activity`: see src/analyses/activity/. */
import { DataError } from '../errors.ts';
import { activityOptions } from '../options/commands/analyses.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';
import { remarkLines, TRACE_NOTES, traceOperands, withTraces } from './trace-options.ts';

const PURPOSE = 'neural activity on the road';

export default defineCommand({
  operands: traceOperands,
  options: activityOptions,
  notes: () => TRACE_NOTES,
  async run(options, { path: paths }, { print }) {
    const { quantitiesOf } = await import('../analyses/activity/analyse.ts');
    const { writeActivityOf } = await import('../analyses/activity/write.ts');
    const { drivenRoad, ROAD_NEEDS } = await import('../analyses/road/driven-road.ts');
    await withTraces(paths, PURPOSE, options, async ({ sources, warnings, driveOf }) => {
      const rows: {
        model: string;
        path: string;
        frames: number;
        neurons: number;
        road: string;
        quantities: readonly string[];
      }[] = [];
      const files: string[] = [];
      for (const source of sources) {
        const drive = driveOf(source);
        const road = await drivenRoad(drive);
        if (!road) {
          throw new DataError(
            `${drive}: ${PURPOSE} needs ${ROAD_NEEDS}. Without a road there are analyse lipschitz and analyse pca`,
          );
        }
        files.push(...(await writeActivityOf(options.out, source, road)));
        const { label, path, frames, neurons } = source;
        rows.push({
          model: label,
          path,
          frames,
          neurons: neurons.length,
          road: road.source,
          quantities: quantitiesOf(source),
        });
      }
      const notes = sources
        .filter(({ model, recurrent }) => model === 'wm' && !recurrent)
        .map(
          ({ label }) =>
            `${label}: a drive without its model has no time constants; give the checkpoint before it`,
        );
      const table = aligned([
        ['model', 'neurons', 'frames', 'road', 'drawn'],
        ...rows.map(({ model, neurons, frames, road, quantities }) => [
          model,
          String(neurons),
          String(frames),
          road,
          quantities.join(', '),
        ]),
      ]);
      const { out } = options;
      print(
        { models: rows, warnings, notes, out, files },
        [table, ...remarkLines(warnings, notes, out, files)].join('\n'),
      );
    });
  },
});
