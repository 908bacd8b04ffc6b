/** `ncp-train drive`: see src/drive/run-drives.ts and docs/drives.md. */

import type { DriveResult } from '../drive/run-drives.ts';
import type { DriveOptions } from '../options/schema.ts';
import { driveControl, driveOptions } from '../options/schema.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { plural } from '../text/figures.ts';
import { defineCommand, formatFaults } from './command.ts';
import { severalOr } from './operands.ts';

export default defineCommand({
  operands: {
    checkpoint: severalOr(
      undefined,
      'runs (their best checkpoints), checkpoints or weights files; `driver`: the simulation’s own driver',
    ),
  },
  options: driveOptions,
  control: driveControl,
  stopped: 'stopped; nothing was left of the drives that were not finished',
  faults: ({ format }, _, json) => formatFaults(format, json),
  async run(options, { checkpoint: checkpoints }, { control, json, say, warn, progress, signal }) {
    const { runDrives, resultAsJson } = await import('../drive/run-drives.ts'); // TensorFlow.js, which --help does not need
    const bar = progress('driving', 'per cent');
    const result = await runDrives({
      checkpoints,
      options,
      force: control.force,
      signal,
      onProgress: (share, what) => bar.update(Math.floor(100 * share), 100, `driving ${what}`),
      onNote: warn,
    });
    bar.finish();
    const { carSeconds, seconds, files } = result;
    const more = [
      ...(control.compare ? await drawComparison(result) : []),
      ...(options.video ? await makeVideos(result, options, say) : []),
    ];
    if (json || control.format === 'json') {
      print(JSON.stringify({ ...resultAsJson(result), files: [...files, ...more] }, null, 2));
    } else if (control.format === 'csv') {
      const { drivesAsCsv } = await import('../metrics/formats.ts');
      print(drivesAsCsv(result.groups));
    } else print(await text(result, control.compare));
    const rate = `${(carSeconds / seconds).toFixed(1)} car-seconds a second`;
    say(`${carSeconds.toFixed(0)} s of driving in ${seconds.toFixed(0)} s: ${rate}, ${result.backend}`);
    const h5 = files.filter((file) => file.endsWith('.h5')).length;
    say(`${options.out}: ${plural(h5, 'recording')}, ${[...files.slice(h5), ...more].join(', ')}`);
  },
});

async function text({ groups }: DriveResult, compare: boolean): Promise<string> {
  const { drivesAsText } = await import('../metrics/formats.ts');
  if (!compare) return drivesAsText(groups);
  const { comparisonRows } = await import('../drive/comparison.ts');
  const runs = groups[0].summary.runs.length;
  return `${aligned(comparisonRows(groups))}\n\nmean ± standard deviation (divisor n) over ${runs} runs; all figures: metrics.csv`;
}

/** @returns the pictures' names */
async function drawComparison({ groups, out }: DriveResult): Promise<string[]> {
  const { crashesSvg } = await import('../drive/comparison.ts');
  const { writeOutputs } = await import('../plot/output-folder.ts');
  return writeOutputs(out, { crashes: await crashesSvg(groups, 'Crashes against pixel noise') }, {});
}

/** @returns their names */
async function makeVideos(
  { out, withFrames }: DriveResult,
  { overlay }: DriveOptions,
  note: (text: string) => void,
): Promise<string[]> {
  const { writeVideo } = await import('../drive/video.ts');
  const names: string[] = [];
  for (const { file, weights } of withFrames) names.push(await writeVideo(out, file, { overlay, weights }));
  if (names.some((name) => name.endsWith('.png')))
    note('there is no ffmpeg on the path: filmstrips instead of videos');
  return names;
}
