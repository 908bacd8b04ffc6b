/** `ncp-train bag metrics`: see src/bags/metrics.ts, src/metrics/ and docs/bags.md. */

import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { type BagMetrics, bagMetrics } from '../bags/metrics.ts';
import { UsageError } from '../errors.ts';
import { drivesAsCsv, drivesAsJson, drivesAsText } from '../metrics/formats.ts';
import { type DriveGroup, summariseDrives } from '../metrics/summary.ts';
import { print, say } from '../terminal.ts';
import { addBagOptions, bagOptions } from './bag-options.ts';

const FORMATS = ['text', 'csv', 'json'] as const;

export function define(command: Command): void {
  command.argument('<file...>', 'ROS 1 bags, MCAP files, or folders as ROS 2 records them');
  addBagOptions(command, ['switch', 'gps', 'speed', 'steering', 'yaw_rate', 'curvature'])
    .addOption(new Option('--format <name>', 'of the result (default: text)').choices(FORMATS))
    .option('--together', 'the files are runs of one model: mean ± deviation over them')
    .option('--json', 'the same as --format json')
    .action(async (paths: string[], options) => {
      if (options.json && options.format !== undefined && options.format !== 'json') {
        throw new UsageError(`--json and --format ${options.format} contradict each other`);
      }
      const format: (typeof FORMATS)[number] = options.json ? 'json' : (options.format ?? 'text');
      const drives: BagMetrics[] = [];
      for (const path of paths) drives.push(await bagMetrics(path, bagOptions(options)));
      for (const { path, notes } of drives) {
        for (const note of notes) say(`${path}: ${note}`);
      }
      const groups = grouped(drives, options.together === true);
      print({ text: asText, csv: drivesAsCsv, json: asJson }[format](groups, drives));
    });
}

function grouped(drives: readonly BagMetrics[], together: boolean): DriveGroup[] {
  if (together) {
    return [{ label: { file: 'all' }, summary: summariseDrives(drives.map(({ metrics }) => metrics)) }];
  }
  return drives.map(({ path, metrics }) => ({
    label: { file: basename(path) },
    summary: summariseDrives([metrics]),
  }));
}

function asText(groups: readonly DriveGroup[], drives: readonly BagMetrics[]): string {
  const several = drives.length > 1;
  const name = (path: string) => (several ? `${basename(path)}: ` : '');
  const sources = drives.flatMap(({ path, sources }) =>
    Object.entries(sources).map(([quantity, from]) => `${name(path)}${quantity} from ${from}`),
  );
  const crashes = drives.flatMap(({ path, crashes }) =>
    crashes.length === 0
      ? []
      : [`${name(path)}crashes after ${crashes.map(({ after }) => `${after.toFixed(1)} s`).join(', ')}`],
  );
  return [drivesAsText(groups), '', ...new Set(sources), ...crashes].join('\n');
}

function asJson(groups: readonly DriveGroup[], drives: readonly BagMetrics[]): string {
  const files = drives.map(({ path, sources, crashes, notes }) => ({ path, sources, crashes, notes }));
  return JSON.stringify({ ...drivesAsJson(groups), files }, null, 2);
}
