/**
 * Frames in a row as a video, by ffmpeg where it is on the path, or as numbered PNG files in a folder. Frames go out as they come.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DataError } from '../errors.ts';
import {
  adoptFile,
  makeFolder,
  removeQuietly,
  replaceFile,
  temporaryFileSync,
  writeFailure,
} from '../files/whole-file.ts';

export interface SequenceFormat {
  readonly width: number;
  readonly height: number;
  /** Frames a second of a video. */
  readonly rate: number;
}

export interface FrameSequence {
  /** The video, or the folder of PNG files. */
  readonly path: string;
  /** @param rgb - [height,width,3], 0..255 @param number - of the frame, in a PNG's name */
  add(rgb: Uint8Array, number: number): Promise<void>;
  /** @throws DataError if the video could not be made; then nothing is left of it */
  finish(): Promise<void>;
  /** Instead of `finish`, after a failure. */
  abandon(): Promise<void>;
}

/** ffmpeg's path; undefined where there is none. */
export function ffmpeg(): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'ffmpeg');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {} // the next one
  }
  return undefined;
}

/**
 * @param path - without ending; a video is `path.mp4`, PNG files are `path/000000.png` …
 * @param kind - `video` becomes `frames` where there is no ffmpeg
 */
export async function openFrameSequence(
  path: string,
  kind: 'video' | 'frames',
  format: SequenceFormat,
): Promise<FrameSequence> {
  const program = kind === 'video' ? ffmpeg() : undefined;
  return program === undefined ? pngFrames(path, format) : video(program, `${path}.mp4`, format);
}

async function pngFrames(path: string, { width, height }: SequenceFormat): Promise<FrameSequence> {
  await makeFolder(path);
  const { default: sharp } = await import('sharp');
  let isSwept = false;
  return {
    path,
    async add(rgb, number) {
      const file = join(path, `${String(number).padStart(6, '0')}.png`);
      const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer();
      await replaceFile(file, png, { isSwept });
      isSwept = true;
    },
    finish: async () => {},
    abandon: async () => {},
  };
}

/** An empty file, which ffmpeg writes over: it would follow a link. */
function begun(path: string): string {
  try {
    return temporaryFileSync(path);
  } catch (error) {
    throw writeFailure(path, error);
  }
}

async function video(program: string, path: string, format: SequenceFormat): Promise<FrameSequence> {
  const { width, height, rate } = format;
  const temporary = begun(path);
  const child = spawn(
    program,
    [
      '-loglevel',
      'error',
      '-y',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgb24',
      '-s',
      `${width}x${height}`,
      '-r',
      String(rate),
      '-i',
      '-',
      '-an',
      '-pix_fmt',
      'yuv420p',
      '-f',
      'mp4',
      temporary,
    ],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  child.stdin.on('error', () => {}); // how it ended says why
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
    child.on('error', () => resolve(null));
  });
  const failure = (status: number | null) =>
    new DataError(
      `${path}: ffmpeg ended with ${status ?? 'a failure to start'}: ${said.trim() || 'no word'}`,
    );
  const abandon = async () => {
    child.kill();
    await ended;
    await removeQuietly(temporary);
  };
  return {
    path,
    async add(rgb) {
      if (child.exitCode !== null) {
        await abandon();
        throw failure(child.exitCode);
      }
      // A copy, for the frame's memory is used again before the pipe has taken it.
      if (!child.stdin.write(Uint8Array.from(rgb))) await Promise.race([once(child.stdin, 'drain'), ended]);
    },
    async finish() {
      child.stdin.end();
      const status = await ended;
      if (status !== 0) {
        await removeQuietly(temporary);
        throw failure(status);
      }
      await adoptFile(temporary, path).catch((error) => {
        throw writeFailure(path, error);
      });
    },
    abandon,
  };
}
