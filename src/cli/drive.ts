/** `ncp-train drive`: see src/drive/run-drives.ts and docs/drives.md. */

import { type Command, Option } from 'commander';
import type { DriveResult } from '../drive/run-drives.ts';
import { UsageError } from '../errors.ts';
import type { DriveOptions } from '../options/schema.ts';
import { driveOptions } from '../options/schema.ts';
import { abortOnStop, exitStatusOf } from '../stop-signals.ts';
import { print, say } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { plural } from '../text/figures.ts';
import { addOptionFlags, optionsFrom } from './option-flags.ts';
import { type Progress, startProgress } from './progress.ts';

const FORMATS = ['text', 'csv', 'json'] as const;

interface Control {
  readonly compare: boolean;
  readonly force: boolean;
  readonly quiet: boolean;
  readonly format: (typeof FORMATS)[number];
}

export function define(command: Command): void {
  command.argument(
    '[checkpoint...]',
    'runs (their best checkpoints), checkpoints or weights files; `driver`: the simulation’s own driver',
  );
  addOptionFlags(command, driveOptions)
    .option('--compare', 'models side by side per noise level, with a plot of crashes against noise')
    .option('--force', 'delete the drives that are in the folder already')
    .addOption(new Option('--format <name>', 'of the metrics (default: text)').choices([...FORMATS]))
    .option('--json', 'the same as --format json')
    .option('--quiet', 'print warnings and the result only')
    .action(async (words: string[]) => {
      const options = optionsFrom(command, driveOptions);
      if (options === undefined) return;
      const { compare = false, force = false, quiet = false, json, format } = command.opts();
      if (json && format !== undefined && format !== 'json') {
        throw new UsageError(`--json and --format ${format} contradict each other`);
      }
      await drive(words, options, { compare, force, quiet, format: json ? 'json' : (format ?? 'text') });
    });
}

async function drive(checkpoints: readonly string[], options: DriveOptions, control: Control): Promise<void> {
  const note = (text: string) => {
    if (!control.quiet) say(text);
  };
  const { runDrives, resultAsJson } = await import('../drive/run-drives.ts'); // TensorFlow.js, which --help does not need
  const stopping = abortOnStop();
  let progress: Progress | undefined;
  try {
    const result = await runDrives({
      checkpoints,
      options,
      force: control.force,
      signal: stopping.signal,
      onProgress(share, what) {
        if (control.quiet) return;
        progress ??= startProgress(`driving ${what}`, 100, 'per cent');
        progress.update(Math.floor(100 * share), `driving ${what}`);
      },
      onNote: say,
    });
    progress?.finish();
    const { carSeconds, seconds, files } = result;
    const more = [
      ...(control.compare ? await drawComparison(result) : []),
      ...(options.video ? await makeVideos(result, options, note) : []),
    ];
    if (control.format === 'csv') {
      const { drivesAsCsv } = await import('../metrics/formats.ts');
      print(drivesAsCsv(result.groups));
    } else if (control.format === 'json') {
      print(JSON.stringify({ ...resultAsJson(result), files: [...files, ...more] }, null, 2));
    } else print(await text(result, control.compare));
    const rate = `${(carSeconds / seconds).toFixed(1)} car-seconds a second`;
    note(`${carSeconds.toFixed(0)} s of driving in ${seconds.toFixed(0)} s: ${rate}, ${result.backend}`);
    const h5 = files.filter((file) => file.endsWith('.h5')).length;
    note(`${options.out}: ${plural(h5, 'recording')}, ${[...files.slice(h5), ...more].join(', ')}`);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    process.exitCode = exitStatusOf(stopping.signal.reason);
    progress?.finish();
    note('stopped; nothing was left of the drives that were not finished');
  } finally {
    progress?.finish();
    stopping.dispose();
  }
}

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
