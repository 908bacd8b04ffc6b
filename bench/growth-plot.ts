/** Draws what `grow` measured: for each factor a picture of the time and one of the memory, a line for each model and backend. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OKABE_ITO } from '../src/plot/colours.ts';
import { drawPlot } from '../src/plot/draw.ts';
import type { BenchRow } from './row.ts';

/** Where work is shared, what passes on the clock is the point; else processor time, which other programs disturb less. */
const SHARED = ['workers', 'loaders'];

/** @param folder - gets `grow-FACTOR-time.svg`, `grow-FACTOR-memory.svg` */
export async function drawGrowth(rows: readonly BenchRow[], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const factor of new Set(rows.flatMap(({ at }) => at?.factor ?? []))) {
    const some = rows.filter(({ at }) => at?.factor === factor);
    const isShared = SHARED.includes(factor);
    const time = isShared ? 'time on the clock, ms' : 'processor time, ms';
    const stem = join(folder, `grow-${factor.replaceAll(' ', '-')}`);
    const draw = (title: string, label: string, of: (row: BenchRow) => number | undefined) =>
      growthSvg(some, factor, title, label, of);
    writeFileSync(`${stem}-time.svg`, await draw('Time', time, ({ ms, cpuMs }) => (isShared ? ms : cpuMs)));
    writeFileSync(
      `${stem}-memory.svg`,
      await draw('Memory', 'most resident, MB', ({ memoryMB }) => memoryMB),
    );
  }
}

function growthSvg(
  rows: readonly BenchRow[],
  factor: string,
  title: string,
  label: string,
  of: (row: BenchRow) => number | undefined,
): Promise<string> {
  const nameOf = ({ model, backend }: BenchRow) => `${model.split(',')[0]} ${backend}`.trim();
  const names = [...new Set(rows.map(nameOf))];
  const lines = names.map((name, n) => ({
    name,
    colour: OKABE_ITO[n % OKABE_ITO.length],
    points: rows
      .filter((row) => nameOf(row) === name)
      .map((row) => ({ x: row.at?.value as number, y: of(row) as number })),
  }));
  const values = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))];
  // 0 loaders has no logarithm.
  const scale = values.includes(0) ? ('linear' as const) : ('log' as const);
  return drawPlot({
    title: `${title} against ${factor}`,
    legend: lines.map(({ name, colour }) => ({ label: name, colour })),
    plot: ({ lineY }) => ({
      height: 260,
      x: { label: factor, type: scale, ticks: values, tickFormat: 'd' },
      y: { label, zero: true, nice: true, grid: true },
      marks: lines.map(({ points, colour }) =>
        lineY(points, { x: 'x', y: 'y', stroke: colour, strokeWidth: 2, marker: 'circle' }),
      ),
    }),
  });
}
