/** How a model steers along a recording, beside the driver. */
import { basename } from 'node:path';
import { BLACK, BLUE, GREY } from '../plot/colours.ts';
import { drawPlot } from '../plot/draw.ts';

/** Curvatures in 1/km. */
export interface SteeredPoint {
  readonly x: number;
  /** Points of one number follow each other without a reset. */
  readonly stretch: number;
  /** Points of one number follow each other without a jump in time. */
  readonly piece: number;
  readonly model: number;
  readonly driver: number | undefined;
}

export function predictionSvg(
  points: readonly SteeredPoint[],
  { model, recording, axis }: { readonly model: string; readonly recording: string; readonly axis: string },
): Promise<string> {
  const hasDriver = points.some(({ driver }) => driver !== undefined);
  return drawPlot({
    title: `${model} on ${basename(recording)}`,
    legend: [
      { label: model, colour: BLUE },
      ...(hasDriver ? [{ label: 'driver', colour: BLACK, sample: 'dashed' as const }] : []),
    ],
    plot: ({ ruleY, lineY }) => ({
      x: { label: axis },
      y: { label: 'curvature (1/km), positive to the left', grid: true, nice: true },
      marks: [
        ruleY([0], { stroke: GREY }),
        lineY(points, { x: 'x', y: 'model', z: 'stretch', stroke: BLUE, strokeWidth: 2 }),
        ...(hasDriver
          ? [
              lineY(points, {
                x: 'x',
                y: 'driver',
                z: 'piece',
                stroke: BLACK,
                strokeWidth: 1.5,
                strokeDasharray: '5,3',
              }),
            ]
          : []),
      ],
    }),
  });
}
