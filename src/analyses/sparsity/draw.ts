/** Loss over sparsity: a line a model with its deviation over folds; models without sparse runs as level lines for comparison. */
import { GREY, OKABE_ITO } from '../../plot/colours.ts';
import { drawPlot } from '../../plot/draw.ts';
import type { SparsityRow, SparsitySummary } from './summary.ts';

/** The test if every finished row has one, else the validation. */
export function measureOf({ rows }: SparsitySummary): 'test_loss' | 'valid_loss' {
  const finished = rows.filter(({ group }) => group.counted.length > 0);
  return finished.every(({ group }) => group.figures.test_loss !== null) ? 'test_loss' : 'valid_loss';
}

/** @returns an SVG; undefined if no run is finished, so that there is nothing to draw */
export async function sparsitySvg(summary: SparsitySummary): Promise<string | undefined> {
  const measure = measureOf(summary);
  const isScaleKnown = summary.rows.every(({ group }) => group.labelScale !== null);
  const pointOf = ({ model, sparsity, group }: SparsityRow) => {
    const average = group.figures[measure];
    const factor = isScaleKnown ? (1000 / (group.labelScale ?? 1000)) ** 2 : 1;
    return average === null
      ? []
      : [{ model, sparsity, loss: average.mean * factor, deviation: average.deviation * factor }];
  };
  const points = summary.rows.flatMap(pointOf);
  if (points.length === 0) return undefined;
  const models = [...new Set(points.map(({ model }) => model))];
  const colourOf = (point: { readonly model: string }) =>
    OKABE_ITO[models.indexOf(point.model) % OKABE_ITO.length];
  const isLevel = (model: string) => points.every((point) => point.model !== model || point.sparsity === 0);
  const ofLine = points.filter(({ model }) => !isLevel(model));
  const what = measure === 'test_loss' ? 'test' : 'validation';
  return drawPlot({
    title: `Loss of the ${what} over sparsity: mean ± standard deviation over folds`,
    legend: models.map((model) => ({
      label: isLevel(model) ? `${model}, without --sparsity` : model,
      colour: colourOf({ model }),
      sample: isLevel(model) ? ('dashed' as const) : ('line' as const),
    })),
    plot: ({ ruleY, ruleX, lineY, dot }) => ({
      x: { label: 'sparsity (share of the recurrent weights that stays 0)', domain: [0, 1] },
      y: {
        label: `mean squared error, ${isScaleKnown ? '(1/km)²' : '(label units)²'}`,
        grid: true,
        zero: true,
        nice: true,
      },
      marks: [
        ruleY([0], { stroke: GREY }),
        ruleY(
          points.filter(({ model }) => isLevel(model)),
          { y: 'loss', stroke: colourOf, strokeDasharray: '5,3', strokeWidth: 1.8 },
        ),
        ruleX(ofLine, {
          x: 'sparsity',
          y1: ({ loss, deviation }) => loss - deviation,
          y2: ({ loss, deviation }) => loss + deviation,
          stroke: colourOf,
          strokeWidth: 1.2,
        }),
        lineY(ofLine, { x: 'sparsity', y: 'loss', z: 'model', stroke: colourOf, strokeWidth: 2 }),
        dot(ofLine, { x: 'sparsity', y: 'loss', fill: colourOf, r: 4 }),
      ],
    }),
  });
}
