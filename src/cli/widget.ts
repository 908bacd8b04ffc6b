/** `ncp-train widget DRIVE…`: see src/pages/widget/write-widget.ts. */

import { widgetOptions } from '../options/commands/analyses.ts';
import { sizeText } from '../pages/report/file-preview.ts';
import { findDrives, requireCheckpoint } from '../pages/widget/find-drives.ts';
import type { WidgetResult } from '../pages/widget/write-widget.ts';
import { aligned } from '../text/aligned.ts';
import { type Bar, defineCommand } from './command.ts';
import { several } from './operands.ts';
import { makeFolderOf } from './out-path.ts';

/** Bytes above which a page is slow to open and to send. */
const LARGE = 50e6;

export default defineCommand({
  operands: {
    drive: several(
      'test drives (.h5) or folders of them (ncp-train drive), folders of ncp-train replay or saliency',
    ),
  },
  options: widgetOptions,
  stopped: 'stopped; there is no page',
  faults: ({ from = 0, to }) =>
    typeof from === 'number' && typeof to === 'number' && to < from
      ? [`--to ${to} lies before --from ${from}`]
      : [],
  async run(options, { drive: paths }, { print, warn, progress, signal }) {
    const { to = Number.POSITIVE_INFINITY, width, quality } = options;
    const found = await findDrives(paths);
    for (const drive of found.drives) requireCheckpoint(drive, options.saliency);
    const { writeWidget } = await import('../pages/widget/write-widget.ts'); // TensorFlow.js, which --help does not need
    const { pageScript } = await import('../pages/widget/shell.ts');
    makeFolderOf(options.out);
    let bar: Bar | undefined;
    let at: string | undefined;
    const result = await writeWidget({
      ...options,
      to,
      found,
      signal,
      channelOrder: options.channel_order,
      cacheDir: options.cache_dir,
      format: { width, quality },
      script: await pageScript(),
      onProgress: (of, done, all) => {
        if (at !== of) {
          bar?.finish();
          bar = progress(of, 'steps');
          at = of;
        }
        bar?.update(done, all);
      },
    });
    bar?.finish();
    for (const note of result.notes) warn(`left out: ${note}`);
    const warning = sizeWarning(result, options);
    if (warning !== undefined) warn(`warning: ${warning}`);
    print(result, text(result));
  },
});

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
    `--quality (here ${quality}), --from and --to, --no_saliency, or fewer drives`
  );
}
