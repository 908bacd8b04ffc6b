/** `ncp-train bag metrics`: see src/bags/metrics.ts, src/metrics/ and docs/bags.md. */

import { basename } from 'node:path';
import { type BagMetrics, bagMetrics } from '../bags/metrics.ts';
import { drivesAsCsv, drivesAsJson, drivesAsText } from '../metrics/formats.ts';
import { type DriveGroup, summariseDrives } from '../metrics/summary.ts';
import { bagMetricsOptions } from '../options/commands/bags.ts';
import * as terminal from '../terminal.ts';
import { bagOptions } from './bag-options.ts';
import { defineCommand, formatFaults } from './command.ts';
import { several } from './operands.ts';

export default defineCommand({
  operands: { file: several('ROS 1 bags, MCAP files, or folders as ROS 2 records them') },
  options: bagMetricsOptions,
  faults: ({ format }, _, json) => formatFaults(format, json),
  async run(options, { file: paths }, { json, print, say }) {
    const drives: BagMetrics[] = [];
    for (const path of paths) drives.push(await bagMetrics(path, bagOptions(options)));
    for (const { path, notes } of drives) {
      for (const note of notes) say(`${path}: ${note}`);
    }
    const groups = grouped(drives, options.together);
    if (json || options.format === 'json') terminal.print(JSON.stringify(asJson(groups, drives), null, 2));
    else print(undefined, options.format === 'csv' ? drivesAsCsv(groups) : asText(groups, drives));
  },
});

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

function asJson(groups: readonly DriveGroup[], drives: readonly BagMetrics[]): object {
  const files = drives.map(({ path, sources, crashes, notes }) => ({ path, sources, crashes, notes }));
  return { ...drivesAsJson(groups), files };
}
