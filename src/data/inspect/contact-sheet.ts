/**
 * A picture of a folder of recordings: a row for each, with frames spread over it, the crop drawn in and shown below, and its
 * labels against time of the drive. Made with sharp: frames as pixels, everything else as one SVG over them.
 */
import sharp from 'sharp';
import { notWritten, replaceFileSync } from '../../files/whole-file.ts';
import { reasonOf } from '../../text/reason.ts';
import { CROP_BYTES, CROP_HEIGHT, CROP_WIDTH, cropBox, cropInto, cropPlan } from '../frames/crop.ts';
import type { Dataset } from '../recordings/dataset-config.ts';
import type { Recording } from '../recordings/recording.ts';
import { scaled } from './summary.ts';

/** Rows on a sheet; of more recordings, some spread over the folder are shown. */
export const SHEET_ROWS = 24;
const FRAMES = 5;
/** Pixels. */
const GAP = 8;
const TITLE = 22;
const PLOT_WIDTH = 460;
const INK = '#222';
const CROP_COLOUR = '#ff2d55';

interface Picture {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** RGB, [height,width,3]. */
  readonly pixels: Buffer;
}

/**
 * Draws the sheet and writes it as PNG.
 * @param recordings - open; at most SHEET_ROWS
 * @param dataset - says how they are read
 * @throws DataError where it cannot be written
 */
export async function writeContactSheet(
  path: string,
  dataset: Dataset,
  recordings: readonly Recording[],
): Promise<void> {
  const pictures: Picture[] = [];
  const overlay: string[] = [];
  const labels = recordings.map(({ info }) => scaled(info.labels, dataset));
  const reach = labels.reduce((most, column) => column.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0);
  let top = GAP;
  for (const [row, recording] of recordings.entries()) {
    const frameHeight = Math.round((recording.info.height / recording.info.width) * CROP_WIDTH);
    const plotLeft = GAP + FRAMES * (CROP_WIDTH + GAP);
    overlay.push(text(GAP, top + 15, title(recording)));
    overlay.push(text(plotLeft, top + 15, `label, −${reach.toPrecision(3)} … ${reach.toPrecision(3)}`));
    top += TITLE;
    for (let n = 0; n < FRAMES; n++) {
      const left = GAP + n * (CROP_WIDTH + GAP);
      const frame = Math.round(((n + 0.5) / FRAMES) * recording.info.frames - 0.5);
      const shown = frameAndCrop(dataset, recording, frame);
      pictures.push(await resized(shown.frame, recording.info, left, top, CROP_WIDTH, frameHeight));
      const below = { left, top: top + frameHeight + 2, width: CROP_WIDTH, height: CROP_HEIGHT };
      pictures.push({ ...below, pixels: shown.cropped });
      overlay.push(cropOutline(dataset, recording, left, top));
    }
    const rowHeight = frameHeight + 2 + CROP_HEIGHT;
    overlay.push(labelPlot(labels[row], reach, plotLeft, top, rowHeight));
    top += rowHeight + GAP;
  }
  const width = GAP + FRAMES * (CROP_WIDTH + GAP) + PLOT_WIDTH + GAP;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}">${overlay.join('')}</svg>`;
  const png = await sharp({ create: { width, height: top, channels: 3, background: '#fff' } })
    .composite([
      ...pictures.map((picture) => ({
        input: picture.pixels,
        raw: { width: picture.width, height: picture.height, channels: 3 as const },
        left: picture.left,
        top: picture.top,
      })),
      { input: Buffer.from(svg), left: 0, top: 0 },
    ])
    .png()
    .toBuffer();
  try {
    replaceFileSync(path, png);
  } catch (error) {
    throw notWritten(path, reasonOf(error), 'name another file with --out');
  }
}

function title({ info }: Recording): string {
  return `${info.name}: ${info.frames} frames of ${info.height}×${info.width}`;
}

/** One frame as RGB, whole and cropped. */
function frameAndCrop(dataset: Dataset, recording: Recording, index: number) {
  const { height, width } = recording.info;
  const frame = Buffer.from(recording.readFrames(index, 1).buffer);
  const cropped = Buffer.alloc(CROP_BYTES);
  cropInto(cropPlan(dataset.crop, height, width), frame, 0, cropped, 0, dataset.channelOrder);
  if (dataset.channelOrder === 'bgr') swapRedAndBlue(frame);
  return { frame, cropped };
}

function swapRedAndBlue(frame: Buffer): void {
  for (let i = 0; i < frame.length; i += 3) [frame[i], frame[i + 2]] = [frame[i + 2], frame[i]];
}

async function resized(
  frame: Buffer,
  size: { height: number; width: number },
  left: number,
  top: number,
  width: number,
  height: number,
): Promise<Picture> {
  const raw = { width: size.width, height: size.height, channels: 3 as const };
  const pixels = await sharp(frame, { raw }).resize(width, height, { fit: 'fill' }).raw().toBuffer();
  return { left, top, width, height, pixels };
}

/** The crop's edges on a frame that is shown CROP_WIDTH wide. */
function cropOutline({ crop }: Dataset, { info }: Recording, left: number, top: number): string {
  const box = cropBox(crop, info.height, info.width);
  const scale = CROP_WIDTH / info.width;
  const [x, y] = [left + box.left * scale, top + box.top * scale];
  const [width, height] = [(box.right - box.left) * scale, (box.bottom - box.top) * scale];
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${CROP_COLOUR}" stroke-width="1.5"/>`;
}

/** Labels over frames, all rows on one scale: of the frames that share a column of pixels, smallest to largest. */
function labelPlot(labels: Float64Array, reach: number, left: number, top: number, height: number): string {
  const y = (label: number) => top + height / 2 - (reach > 0 ? label / reach : 0) * (height / 2 - 2);
  const columns = Math.min(PLOT_WIDTH, labels.length);
  const points: string[] = [];
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * labels.length) / columns);
    const part = labels.subarray(
      from,
      Math.max(from + 1, Math.floor(((column + 1) * labels.length) / columns)),
    );
    const x = left + (column + 0.5) * (PLOT_WIDTH / columns);
    const [low, high] = [part.reduce((a, b) => Math.min(a, b)), part.reduce((a, b) => Math.max(a, b))];
    points.push(`${x.toFixed(1)},${y(low).toFixed(1)}`, `${x.toFixed(1)},${y(high).toFixed(1)}`);
  }
  return (
    `<rect x="${left}" y="${top}" width="${PLOT_WIDTH}" height="${height}" fill="#f6f6f6"/>` +
    `<line x1="${left}" x2="${left + PLOT_WIDTH}" y1="${y(0)}" y2="${y(0)}" stroke="#aaa"/>` +
    `<polyline points="${points.join(' ')}" fill="none" stroke="#0a5fb4" stroke-width="1"/>`
  );
}

function text(x: number, y: number, content: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" font-family="sans-serif" font-size="13" fill="${INK}">${escaped}</text>`;
}
