/** `ncp-train widget DRIVE…`: see src/pages/widget/write-widget.ts. */

import type { Command } from 'commander';
import type { BackendChoice } from '../backend/names.ts';
import type { ChannelOrder } from '../data/frames/crop.ts';
import { UsageError } from '../errors.ts';
import { sizeText } from '../pages/report/file-preview.ts';
import { findDrives, requireCheckpoint } from '../pages/widget/find-drives.ts';
import type { WidgetResult } from '../pages/widget/write-widget.ts';
import { abortOnStop, exitStatusOf } from '../stop-signals.ts';
import { print, say } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { fromZero, wholeNumber } from './number-flags.ts';
import { makeFolderOf, outFile } from './out-path.ts';
import { type Progress, startProgress } from './progress.ts';
import { addFrameFlags } from './replay-flags.ts';

/** Bytes above which a page is slow to open and to send. */
const LARGE = 50e6;

/** As commander has them. */
interface Options {
  readonly out: string;
  readonly every: number;
  readonly width: number;
  readonly quality: number;
  readonly from: number;
  readonly to?: number;
  readonly saliency: boolean;
  readonly channelOrder?: ChannelOrder;
  readonly cacheDir?: string;
  readonly backend: BackendChoice;
  readonly json?: boolean;
}

export function define(command: Command): void {
  addFrameFlags(
    command
      .argument(
        '<drive...>',
        'test drives (.h5) or folders of them (ncp-train drive), folders of ncp-train replay or saliency',
      )
      .option('--out <file>', 'the page; one of the same name is replaced', outFile, 'widget.html')
      .option(
        '--every <frames>',
        'a picture every so many frames; numbers are of every frame',
        wholeNumber(1),
        1,
      )
      .option('--width <pixels>', 'of the pictures; frames are never enlarged', wholeNumber(1), 320)
      .option('--quality <percent>', 'of the pictures (WebP), 1 to 100', wholeNumber(1, 100), 60)
      .option('--from <seconds>', 'of each drive, from there on', fromZero, 0)
      .option('--to <seconds>', 'of each drive, as far as there (default: to its end)', fromZero)
      .option('--no-saliency', 'leave the saliency maps out, which take longest'),
    'wasm', // TensorFlow takes 0.3 GB of memory and spares 2 ms a frame
  )
    .option('--json', 'print what is in it as JSON')
    .action(widget);
}

async function widget(paths: readonly string[], options: Options): Promise<void> {
  const { from, to = Number.POSITIVE_INFINITY, width, quality } = options;
  if (to < from) throw new UsageError(`--to ${to} lies before --from ${from}`);
  const found = await findDrives(paths);
  for (const drive of found.drives) requireCheckpoint(drive, options.saliency);
  const { writeWidget } = await import('../pages/widget/write-widget.ts'); // TensorFlow.js, which --help does not need
  const { pageScript } = await import('../pages/widget/shell.ts');
  const stopping = abortOnStop();
  let bar: { of: string; progress: Progress } | undefined;
  try {
    makeFolderOf(options.out);
    const result = await writeWidget({
      ...options,
      to,
      found,
      format: { width, quality },
      script: await pageScript(),
      signal: stopping.signal,
      onProgress: (of, done, all) => {
        if (bar?.of !== of) {
          bar?.progress.finish();
          bar = { of, progress: startProgress(of, Math.max(1, all), 'steps') };
        }
        bar.progress.update(done);
      },
    });
    bar?.progress.finish();
    for (const note of result.notes) say(`left out: ${note}`);
    const warning = sizeWarning(result, options);
    if (warning !== undefined) say(`warning: ${warning}`);
    print(options.json ? JSON.stringify(result, null, 2) : text(result));
  } catch (error) {
    bar?.progress.finish();
    if (!stopping.signal.aborted) throw error;
    process.exitCode = exitStatusOf(stopping.signal.reason);
    say('stopped; there is no page');
  } finally {
    stopping.dispose();
  }
}

function text({ out, bytes, frame_bytes, map_bytes, pictures, drives }: WidgetResult): string {
  const rows = drives.map(({ title, group, frames, pictures: shown, saliency, neurons, crashes }) => [
    title,
    group,
    String(frames),
    String(shown),
    saliency ? 'yes' : 'no',
    String(neurons),
    String(crashes),
  ]);
  const maps = map_bytes > 0 ? `, saliency ${sizeText(map_bytes)}` : '';
  return [
    aligned([['model', 'drive', 'frames', 'pictures', 'saliency', 'neurons', 'crashes'], ...rows]),
    '',
    `${out}: ${sizeText(bytes)} (${pictures} frames ${sizeText(frame_bytes)}${maps}); open it in a browser`,
  ].join('\n');
}

/** Of a large page, what would make it smaller, and by how much. */
export function sizeWarning(
  { out, bytes, frame_bytes, map_bytes }: Pick<WidgetResult, 'out' | 'bytes' | 'frame_bytes' | 'map_bytes'>,
  { every, width, quality }: { every: number; width: number; quality: number },
): string | undefined {
  if (bytes <= LARGE) return undefined;
  const pictures = frame_bytes + map_bytes;
  const thinner = Math.ceil(pictures / Math.max(1, LARGE - (bytes - pictures))) * every;
  return (
    `${out} has ${sizeText(bytes)}; above ${sizeText(LARGE)} a page is slow to open and to send. ` +
    `--every ${thinner} keeps one frame in ${thinner} and brings it below that; smaller too with --width (here ${width}), ` +
    `--quality (here ${quality}), --from and --to, --no-saliency, or fewer drives`
  );
}
