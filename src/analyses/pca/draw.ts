/** Variance explained by the first components together, a line a model. */
import { OKABE_ITO } from '../../plot/colours.ts';
import { drawPlot } from '../../plot/draw.ts';
import type { ModelComponents } from './analyse.ts';

/** Components that are drawn; there are hardly ever more that matter. */
const SHOWN = 20;

export function explainedSvg(models: readonly ModelComponents[]): Promise<string> {
  const colourOf = (n: number) => OKABE_ITO[n % OKABE_ITO.length];
  const points = models.flatMap(({ source, parts }, n) => {
    let sum = 0;
    return Array.from(parts.explained.subarray(0, SHOWN), (share, k) => {
      sum += share;
      return { model: source.label, colour: colourOf(n), component: k + 1, explained: 100 * sum };
    });
  });
  const last = Math.max(2, ...points.map(({ component }) => component));
  const line = { x: 'component', y: 'explained', z: 'model' } as const;
  return drawPlot({
    title: 'Variance of the states explained by their first principal components',
    legend: models.map(({ source }, n) => ({
      label: `${source.label} (${source.neurons.length} neurons)`,
      colour: colourOf(n),
    })),
    plot: ({ lineY, dot, ruleY }) => ({
      x: { label: 'components', domain: [1, last], ticks: Math.min(10, last), tickFormat: 'd' },
      y: { label: 'explained variance (%)', domain: [0, 100], grid: true },
      marks: [
        ruleY([0]),
        lineY(points, { ...line, stroke: 'colour', strokeWidth: 2 }),
        dot(points, { ...line, fill: 'colour', r: 3 }),
      ],
    }),
  });
}
