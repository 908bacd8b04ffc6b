/** The two halves of the paper's Fig. 4: similarity over noise variance, and crashes over noise variance, a line for each model. */
import { OKABE_ITO } from '../../plot/colours.ts';
import { drawPlot } from '../../plot/draw.ts';
import type { CrashCount } from './drive-crashes.ts';
import type { Similarity } from './noise-similarity.ts';

const VARIANCE = 'variance of the pixel noise (frames in 0..1)';

/** @param label - what tells two rows of one model apart, where there are several */
export function similaritySvg(rows: readonly (Similarity & { readonly label: string })[]): Promise<string> {
  const labels = [...new Set(rows.map(({ label }) => label))];
  return drawPlot({
    title: 'Saliency maps of clean and disturbed frames',
    legend: labels.map((label, n) => ({ label, colour: colour(n) })),
    plot: ({ lineY, ruleX }) => ({
      x: { label: VARIANCE, zero: true, nice: true },
      y: {
        label: 'structural similarity, mean ± standard deviation over frames',
        domain: [0, 1],
        grid: true,
      },
      marks: labels.flatMap((label, n) => {
        const own = rows.filter((row) => row.label === label);
        return [
          ruleX(own, {
            x: 'variance',
            y1: (row: Similarity) => Math.max(0, row.ssim - row.ssim_std),
            y2: (row: Similarity) => Math.min(1, row.ssim + row.ssim_std),
            stroke: colour(n),
          }),
          lineY(own, { x: 'variance', y: 'ssim', stroke: colour(n), strokeWidth: 2, marker: 'circle' }),
        ];
      }),
    }),
  });
}

export function crashesSvg(rows: readonly CrashCount[]): Promise<string> {
  const models = [...new Set(rows.map(({ model }) => model))];
  return drawPlot({
    title: 'Crashes in test drives under noise',
    legend: models.map((label, n) => ({ label, colour: colour(n) })),
    plot: ({ lineY }) => ({
      x: { label: VARIANCE, zero: true, nice: true },
      y: { label: 'crashes in a drive, mean', zero: true, nice: true, grid: true },
      marks: models.map((model, n) =>
        lineY(
          rows.filter((row) => row.model === model),
          {
            x: 'variance',
            y: (row: CrashCount) => row.crashes / row.drives,
            stroke: colour(n),
            strokeWidth: 2,
            marker: 'circle' as const,
          },
        ),
      ),
    }),
  });
}

const colour = (n: number) => OKABE_ITO[n % OKABE_ITO.length];
