/** `ncp-train data inspect`: see src/data/inspect/summary.ts and src/data/inspect/contact-sheet.ts. */
import { basename, resolve } from 'node:path';
import { readFolds } from '../data/batches/folds.ts';
import { cropText } from '../data/frames/crop.ts';
import { SHEET_ROWS, writeContactSheet } from '../data/inspect/contact-sheet.ts';
import { type DatasetSummary, summarise } from '../data/inspect/summary.ts';
import { type Dataset, recordingsAt, resolveDataset } from '../data/recordings/dataset-config.ts';
import { RecordingError } from '../data/recordings/defect.ts';
import { openRecording, type Recording } from '../data/recordings/recording.ts';
import { DataError } from '../errors.ts';
import { dataInspectOptions } from '../options/commands/recordings.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';
import { one } from './operands.ts';
import { makeFolderOf } from './out-path.ts';

export default defineCommand({
  operands: { path: one('folder of recordings, or one recording') },
  options: dataInspectOptions,
  notes: () => 'What is not given is as dataset.yaml says, else as the paper’s data are.',
  async run({ out, folds, ...overrides }, { path }, { print }) {
    const { dir, recordings } = recordingsAt(path);
    const cut = folds === undefined ? undefined : readFolds(folds);
    const dataset = await resolveDataset(dir, { ...overrides, folds: cut }, recordings);
    const { opened, faults } = await openAll(dataset);
    try {
      const summary = summarise(
        dataset,
        opened.map(({ info }) => info),
      );
      const sheet = out ?? `${basename(resolve(path), '.h5')}-contact-sheet.png`;
      makeFolderOf(sheet);
      await writeContactSheet(sheet, dataset, spread(opened));
      print(asJson(dataset, summary, sheet), text(path, dataset, summary, sheet));
    } finally {
      for (const recording of opened) recording.close();
    }
    if (faults.length > 0) throw new DataError(faultText(faults, opened.length));
  },
});

/** Opens what can be opened. @throws DataError where nothing can */
async function openAll({ recordings }: Dataset): Promise<{ opened: Recording[]; faults: string[] }> {
  const opened: Recording[] = [];
  const faults: string[] = [];
  for (const path of recordings) {
    try {
      opened.push(await openRecording(path));
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      faults.push(error.message);
    }
  }
  if (opened.length === 0) throw new DataError(faultText(faults, 0));
  return { opened, faults };
}

function faultText(faults: readonly string[], others: number): string {
  const all = [...faults, `recordings in the summary: ${others}`];
  return all.join('\n  ');
}

/** Recordings for the sheet, spread over the folder where they are too many. */
function spread(recordings: readonly Recording[]): Recording[] {
  const rows = Math.min(SHEET_ROWS, recordings.length);
  return Array.from({ length: rows }, (_, row) => recordings[Math.floor((row * recordings.length) / rows)]);
}

function asJson(dataset: Dataset, summary: DatasetSummary, sheet: string): object {
  const { crop, channelOrder, labelScale, labelSign, folds, dir } = dataset;
  const read = { crop: cropText(crop), channelOrder, labelScale, labelSign, folds };
  return { dir, ...read, ...summary, contactSheet: resolve(sheet) };
}

function text(dir: string, dataset: Dataset, summary: DatasetSummary, sheet: string): string {
  const { recordings, splits, splitFault } = summary;
  return [
    aligned([
      ['recording', 'frames', 'size', 'seconds', 'frames/s', 'skips', 'back', 'mean', 'deviation'],
      ...recordings.map((each) => [
        each.name,
        each.frames.toString(),
        `${each.height}×${each.width}`,
        each.seconds.toFixed(1),
        decimal(each.rate),
        each.skips.toString(),
        each.backward.toString(),
        each.mean.toFixed(2),
        each.deviation.toFixed(2),
      ]),
    ]),
    '',
    ...splitText(splits, splitFault),
    '',
    ...labelText(dataset, summary),
    '',
    ...footer(dir, dataset, summary, sheet),
  ].join('\n');
}

/** A single frame has no rate. */
const decimal = (rate: number) => (Number.isFinite(rate) ? rate.toFixed(1) : '–');

function splitText(splits: DatasetSummary['splits'], fault: string | undefined): string[] {
  const rows = splits.map(({ name, train, validation, test }) => {
    const all = train + validation + test;
    const cell = (frames: number) => `${frames} (${((100 * frames) / all).toFixed(1)} %)`;
    return [name, cell(train), cell(validation), cell(test)];
  });
  const table = rows.length === 0 ? [] : [aligned([['split', 'train', 'validation', 'test'], ...rows])];
  const notes = new Set(splits.flatMap((split) => split.notes));
  return [...table, ...notes, ...(fault === undefined ? [] : [fault])];
}

function labelText({ labelSign }: Dataset, { labels, suggestedScale }: DatasetSummary): string[] {
  const inRange = labels.histogram.reduce((sum, count) => sum + count, 0);
  const bins = labels.histogram.map((count, n) => [
    `  ${labels.edges[n]} … ${labels.edges[n + 1]}`,
    `${((100 * count) / Math.max(1, inRange)).toFixed(1)} %`,
  ]);
  const { scale, mean, deviation, smallest, largest, below, above, edges } = labels;
  // The published scripts leave these out, so their shares are those of the labels in range.
  const outside = (where: string, count: number) =>
    count === 0 ? [] : [[`  ${where}`, `${count} labels, not among the 100 %`]];
  return [
    `labels: curvature in 1/m × ${labelSign * scale}; mean ${mean.toFixed(2)}, deviation ${deviation.toFixed(2)}, ` +
      `from ${smallest.toFixed(2)} to ${largest.toFixed(2)}`,
    aligned([
      ...outside(`below ${edges[0]}`, below),
      ...bins,
      ...outside(`above ${edges[edges.length - 1]}`, above),
    ]),
    ...(suggestedScale === scale
      ? []
      : [
          `a label scale of ${suggestedScale} suits them better (deviation ` +
            `${((deviation * suggestedScale) / scale).toFixed(2)}): label_scale in dataset.yaml, or --label_scale`,
        ]),
  ];
}

function footer(
  dir: string,
  { crop, channelOrder }: Dataset,
  { frames, croppedBytes, rate, recordings, skips, backward }: DatasetSummary,
  sheet: string,
): string[] {
  const seconds = recordings.reduce((sum, recording) => sum + recording.seconds, 0);
  return [
    `${dir}: ${recordings.length} recording${recordings.length === 1 ? '' : 's'}, ${frames} frames, ${(seconds / 60).toFixed(1)} min at ${decimal(rate)} frames/s, ` +
      `${skips} skips of 5 s or more, ${backward} steps back in time`,
    `crop ${cropText(crop)}, ${channelOrder}; cropped frames take ${(croppedBytes / 1e6).toFixed(0)} MB`,
    `contact sheet: ${sheet}`,
  ];
}
