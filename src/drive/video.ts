/**
 * A drive to look at: its recorded frames as a video, where ffmpeg is on the path, else some of them side by side on a filmstrip.
 * Into each frame is drawn, on request, how the car steers: a bar from the middle towards where it turns, red while the safety
 * driver drives; and what the model attends to (saliency-layer.ts).
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { openDriveRecording } from '../data/recordings/drive-recording.ts';
import { openRecording } from '../data/recordings/recording.ts';
import { replaceFile } from '../files/whole-file.ts';
import type { OVERLAYS } from '../options/schema.ts';
import { ffmpeg, openFrameSequence } from '../plot/frame-sequence.ts';
import { type SaliencyLayer, saliencyLayer } from './saliency-layer.ts';

export interface VideoOptions {
  readonly overlay: (typeof OVERLAYS)[number];
  /** File of the model that drove, whose saliency is drawn; '' for none. */
  readonly weights: string;
}

/** Frames of a filmstrip, and how many stand in a row. */
const STRIP = 12;
const COLUMNS = 4;
/** Curvature at which the bar reaches the edge of the frame, 1/m: the paper's labels end there. */
const WIDEST = 0.06;
const STEERING = [255, 214, 10] as const;
const MANUAL = [255, 45, 85] as const;

/**
 * @param out - folder of the drive
 * @param file - its recording, with frames
 * @returns the name of the file made: `.mp4` or `.png`
 * @throws DataError where it cannot be read or written
 */
export async function writeVideo(
  out: string,
  file: string,
  { overlay, weights }: VideoOptions,
): Promise<string> {
  const path = join(out, file);
  const name = file.replace(/\.h5$/, '');
  const recording = await openRecording(path);
  const drive = await openDriveRecording(path);
  let saliency: SaliencyLayer | undefined;
  try {
    const { frames, height, width } = recording.info;
    const curvature = recording.info.labels;
    const autonomous = drive.column('autonomous');
    const attributes = drive.attributes();
    const rate = Number(attributes.frame_rate ?? 30);
    if (weights !== '' && (overlay === 'saliency' || overlay === 'both')) {
      const noise = { sigma: Number(attributes.noise ?? 0), seed: Number(attributes.noise_seed ?? 0) };
      saliency = await saliencyLayer(weights, { height, width }, noise);
    }
    const picture = new Uint8Array(height * width * 3);
    const drawn = (n: number) => {
      recording.readFrames(n, 1, picture);
      saliency?.draw(picture, n);
      if (overlay === 'steering' || overlay === 'both') {
        drawSteering(picture, height, width, curvature[n], autonomous?.[n] !== 0);
      }
      return picture;
    };
    if (ffmpeg() === undefined) {
      const strip = await filmstrip(frames, height, width, drawn);
      await replaceFile(join(out, `${name}.png`), strip);
      return `${name}.png`;
    }
    // yuv420p takes even sizes only.
    const even = { height: height - (height % 2), width: width - (width % 2), rate };
    const sequence = await openFrameSequence(join(out, name), 'video', even);
    try {
      for (let n = 0; n < frames; n++) {
        await sequence.add(cut(drawn(n), width, even.height, even.width), n);
      }
      await sequence.finish();
    } catch (error) {
      await sequence.abandon();
      throw error;
    }
    return `${name}.mp4`;
  } finally {
    saliency?.close();
    drive.close();
    recording.close();
  }
}

/** Frames spread evenly over the drive, row by row. */
async function filmstrip(
  frames: number,
  height: number,
  width: number,
  drawn: (n: number) => Uint8Array,
): Promise<Buffer> {
  const count = Math.min(STRIP, frames);
  const [columns, rows] = [Math.min(COLUMNS, count), Math.ceil(count / COLUMNS)];
  const pictures = Array.from({ length: count }, (_, i) => ({
    input: Buffer.from(drawn(Math.floor(((i + 0.5) * frames) / count))),
    raw: { width, height, channels: 3 as const },
    left: (i % COLUMNS) * width,
    top: Math.floor(i / COLUMNS) * height,
  }));
  const background = '#ffffff';
  return sharp({ create: { width: columns * width, height: rows * height, channels: 3, background } })
    .composite(pictures)
    .png()
    .toBuffer();
}

/** A bar at the lower edge, from the middle to the left for a turn to the left. */
export function drawSteering(
  picture: Uint8Array,
  height: number,
  width: number,
  curvature: number,
  isAutonomous: boolean,
): void {
  const colour = isAutonomous ? STEERING : MANUAL;
  const thick = Math.max(2, Math.round(height / 40));
  const middle = Math.floor(width / 2);
  const end = middle - Math.round(Math.min(Math.max(curvature / WIDEST, -1), 1) * middle);
  const [from, to] = [Math.max(0, Math.min(middle, end) - 1), Math.min(width - 1, Math.max(middle, end) + 1)];
  for (let v = height - 2 * thick; v < height - thick; v++) {
    for (let u = from; u <= to; u++) picture.set(colour, (v * width + u) * 3);
  }
}

/** The upper left part of a frame. */
function cut(picture: Uint8Array, from: number, height: number, width: number): Uint8Array {
  if (from === width) return picture.subarray(0, height * width * 3);
  const out = new Uint8Array(height * width * 3);
  for (let v = 0; v < height; v++) {
    out.set(picture.subarray(v * from * 3, (v * from + width) * 3), v * width * 3);
  }
  return out;
}
