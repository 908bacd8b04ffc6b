/** Models side by side, on hand-made traces. */
import { expect, it } from 'vitest';
import { measureDrive } from '../metrics/metrics.ts';
import { type DriveGroup, summariseDrives } from '../metrics/summary.ts';
import { comparisonRows, crashesSvg } from './comparison.ts';

/** 1 km at 10 m/s with so many crashes, each a second by the safety driver. */
function group(model: string, noise: number, crashes: number): DriveGroup {
  const time = Array.from({ length: 101 + crashes }, (_, n) => n);
  const autonomous = time.map((t) => (t % 10 === 5 && t < 10 * crashes ? 0 : 1));
  const run = measureDrive({ time, autonomous, speed: time.map(() => 10) });
  return { label: { model, noise }, summary: summariseDrives([run]) };
}

it('a row a model, a column a noise level', () => {
  const groups = [group('wm', 0, 0), group('wm', 0.2, 3), group('lstm', 0, 1), group('lstm', 0.2, 5)];
  const rows = comparisonRows(groups);
  expect(rows[0]).toEqual(['crashes per km', 'noise 0', 'noise 0.2']);
  expect(rows.slice(1).map(([model, ...cells]) => [model, ...cells.map(Number)])).toEqual([
    ['wm', 0, 3],
    ['lstm', 1, 5],
  ]);
});

it('drives without a crash have an axis too', async () => {
  const svg = await crashesSvg([group('wm', 0, 0), group('wm', 0.2, 0)], 'none');
  expect(svg).toMatch(/>1\.0<|>1</);
  expect(svg).not.toContain('NaN');
});
