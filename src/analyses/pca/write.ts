/** The files of `analyse pca`. */
import { join } from 'node:path';
import { growingTable } from '../../files/growing-file.ts';
import { makeFolder } from '../../files/whole-file.ts';
import { writeOutputs } from '../../plot/output-folder.ts';
import { csvText } from '../../text/csv.ts';
import { framesToDraw } from '../road/draw-on-road.ts';
import type { DrivenRoad } from '../road/driven-road.ts';
import { roadPages } from '../road/pages.ts';
import { DRAWN, type ModelComponents, writeScores } from './analyse.ts';
import { explainedSvg } from './draw.ts';

const COMPONENT_COLUMNS = ['model', 'component', 'variance', 'explained', 'cumulative'] as const;
const LOADING_COLUMNS = ['model', 'component', 'neuron', 'loading'] as const;

/**
 * @param roadOf - where each model was driven; without it the scores have no place and are not drawn
 * @returns names of the files
 * @throws DataError if something cannot be written
 */
export async function writeComponents(
  folder: string,
  models: readonly ModelComponents[],
  roadOf: (model: ModelComponents) => DrivenRoad | undefined,
): Promise<string[]> {
  await makeFolder(folder);
  const pictures: Record<string, string> = { explained: await explainedSvg(models) };
  const scoreFiles: string[] = [];
  for (const model of models) {
    const { label, frames } = model.source;
    const road = roadOf(model);
    const drawn = framesToDraw(frames, DRAWN);
    const name = `scores-${label}.csv`;
    const components = Math.min(DRAWN, model.parts.components.length);
    const file = await growingTable(join(folder, name), [
      'frame',
      'time',
      ...(road ? ['x', 'y'] : []),
      ...Array.from({ length: components }, (_, k) => `pc${k + 1}`),
    ]);
    try {
      const scores = await writeScores(model, road, file, drawn);
      await file.finish();
      scoreFiles.push(name);
      if (road === undefined) continue;
      const points = { x: drawn.map((frame) => road.x[frame]), y: drawn.map((frame) => road.y[frame]) };
      const maps = scores.map((values, k) => ({
        title: `PC${k + 1} (${(100 * model.parts.explained[k]).toFixed(1)} %)`,
        values,
      }));
      Object.assign(
        pictures,
        await roadPages(
          `road-${label}`,
          `First principal components of ${label} on the road (${road.source})`,
          points,
          maps,
        ),
      );
    } finally {
      await file.discard();
    }
  }
  const tables = {
    'components.csv': csvText(models.flatMap(componentRows), COMPONENT_COLUMNS),
    'loadings.csv': csvText(models.flatMap(loadingRows), LOADING_COLUMNS),
  };
  return [...(await writeOutputs(folder, pictures, tables)), ...scoreFiles];
}

/** A row a component. */
export function componentRows({ source, parts }: ModelComponents) {
  let cumulative = 0;
  return Array.from(parts.variances, (variance, k) => {
    cumulative += parts.explained[k];
    return { model: source.label, component: k + 1, variance, explained: parts.explained[k], cumulative };
  });
}

const loadingRows = ({ source, parts }: ModelComponents) =>
  parts.components.flatMap((component, k) =>
    source.neurons.map((neuron, i) => ({
      model: source.label,
      component: k + 1,
      neuron,
      loading: component[i],
    })),
  );
