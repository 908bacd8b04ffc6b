import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { DRIVE_FIGURE_NAMES } from './figures.ts';
import { drivesAsCsv, drivesAsJson, drivesAsText } from './formats.ts';
import { measureDrive } from './metrics.ts';
import { type DriveGroup, summariseDrives } from './summary.ts';

/** A run of 100 m/s·s steps, autonomous as the digits say. */
const run = (digits: string) =>
  measureDrive({
    time: Array.from(digits, (_, n) => n),
    autonomous: Array.from(digits, Number),
    speed: Array.from(digits, () => 100),
  });

const groups: DriveGroup[] = [
  { label: { model: 'wm', noise: 0 }, summary: summariseDrives([run('11111'), run('11011')]) },
  { label: { model: 'lstm', noise: 0 }, summary: summariseDrives([run('10101'), run('00000')]) },
];

describe('a summary', () => {
  test('averages with divisor n over the runs in which a figure is defined', () => {
    const [{ summary: wm }, { summary: lstm }] = groups;
    expect(wm.averages.crashes).toEqual({ mean: 0.5, deviation: 0.5, n: 2 });
    expect(wm.averages.autonomous_distance).toEqual({ mean: 350, deviation: 50, n: 2 });
    expect(lstm.averages.crashes_per_km).toEqual({ mean: 10, deviation: 0, n: 1 });
    expect(lstm.averages.lateral_offset_rms).toBeNull();
  });

  test('forms the ratios of all runs together', () => {
    const [{ summary: wm }] = groups;
    // 400 m without a crash and 300 m with one: 700 m from crash to crash, not the 300 m of the second run alone
    expect(wm.averages.distance_between_crashes?.mean).toBe(300);
    expect(wm.together).toEqual({
      crashes: 1,
      autonomous_distance: 700,
      autonomous_time: 7,
      crashes_per_km: 1 / 0.7,
      crashes_per_minute: 60 / 7,
      distance_between_crashes: 700,
    });
    expect(summariseDrives([run('000')]).together).toMatchObject({
      crashes: 0,
      distance_between_crashes: null,
    });
  });
});

test('the table has a row a figure and a column a group, and says what is not defined', () => {
  expect(drivesAsText(groups)).toMatchInlineSnapshot(`
    "                                           wm 0       lstm 0
    runs                                          2            2
    crashes                           0.500 ± 0.500  1.00 ± 1.00
    crashes per km                      1.67 ± 1.67         10.0
    crashes per minute                  10.0 ± 10.0         60.0
    autonomous distance, m                 350 ± 50    100 ± 100
    autonomous time, s                    3.5 ± 0.5    1.0 ± 1.0
    mean distance between crashes, m            700          100

    mean ± standard deviation (divisor n) over runs; the distance between crashes is that of all runs together
    not defined: mean distance between crashes: there was no crash (1 of 2 runs of wm 0)
    not defined: lateral acceleration, lateral jerk, curvature rate: the curvature is not known (2 of 2 runs of wm 0, 1 of 2 runs of lstm 0)
    not defined: lateral offset: the lateral offset is not known (2 of 2 runs of wm 0, 1 of 2 runs of lstm 0)
    not defined: steering rate: the steering is not known (2 of 2 runs of wm 0, 1 of 2 runs of lstm 0)
    not defined: crashes per km, crashes per minute, mean distance between crashes, lateral acceleration, lateral jerk, lateral offset, steering rate, curvature rate: nothing was driven autonomously (1 of 2 runs of lstm 0)"
  `);
});

test('a single run has no deviation', () => {
  const text = drivesAsText([{ label: { file: 'a.bag' }, summary: summariseDrives([run('11011')]) }]);
  expect(text).toMatchInlineSnapshot(`
    "                                  a.bag
    crashes                               1
    crashes per km                     3.33
    crashes per minute                 20.0
    autonomous distance, m              300
    autonomous time, s                  3.0
    mean distance between crashes, m    300

    not defined: lateral acceleration, lateral jerk, curvature rate: the curvature is not known
    not defined: lateral offset: the lateral offset is not known
    not defined: steering rate: the steering is not known"
  `);
});

test('the CSV has a row a run and a mean, empty where a figure is not defined', () => {
  const rows = parse(drivesAsCsv(groups), { columns: true }) as Record<string, string>[];
  const figures = DRIVE_FIGURE_NAMES.flatMap((name) => [name, `${name}_std`, `${name}_n`]);
  expect(Object.keys(rows[0])).toEqual(['model', 'noise', 'row', 'run', 'n', ...figures, 'notes']);
  expect(rows.map((row) => [row.model, row.row, row.run, row.n, row.crashes, row.crashes_std])).toEqual([
    ['wm', 'run', '1', '1', '0', ''],
    ['wm', 'run', '2', '1', '1', ''],
    ['wm', 'mean', '', '2', '0.5', '0.5'],
    ['lstm', 'run', '1', '1', '2', ''],
    ['lstm', 'run', '2', '1', '0', ''],
    ['lstm', 'mean', '', '2', '1', '1'],
  ]);
  expect(rows[0]).toMatchObject({ distance_between_crashes: '', distance_between_crashes_n: '0' });
  expect(rows[0].notes).toContain('distance_between_crashes not defined: there was no crash');
});

test('the JSON has null and a reason where a figure is not defined', () => {
  const value = JSON.parse(JSON.stringify(drivesAsJson(groups)));
  expect(value.deviation_divisor).toBe('n');
  expect(value.groups[0]).toMatchObject({ model: 'wm', noise: 0, n: 2, together: { crashes: 1 } });
  expect(value.groups[0].runs[0].figures.distance_between_crashes).toBeNull();
  expect(value.groups[0].runs[0].not_defined.distance_between_crashes).toBe('there was no crash');
  expect(value.groups[0].runs[1].crashes_at).toEqual([2]);
});
