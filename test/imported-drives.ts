/** Imports a foreign drive as the command line would by default, and reads what was made. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ImportOptions, importDrives } from '../src/data/import/import-drives.ts';
import { openRecording } from '../src/data/recordings/recording.ts';
import { temporaryFolder } from './foreign-drives.ts';

const DEFAULTS = {
  steering: {},
  skipMissing: false,
  skipBroken: false,
  pause: 1,
  shortest: 64,
  pieces: 1,
  compress: false,
  onProgress: () => {},
  onChecking: () => {},
};

export interface ImportedDrive {
  readonly labels: number[];
  readonly times: number[];
  readonly sequenceStarts: readonly number[] | undefined;
  /** Red of each frame’s first pixel. */
  readonly reds: number[];
}

/**
 * @returns the recordings in name order, and what was said
 * @throws what the import throws, after it was seen that nothing is left
 */
export async function imported(
  format: string,
  paths: readonly string[],
  options: Partial<ImportOptions> = {},
): Promise<{ drives: ImportedDrive[]; notes: string[] }> {
  const parent = temporaryFolder();
  const out = join(parent, 'out');
  const notes: string[] = [];
  const onNote = (note: string) => void notes.push(note);
  try {
    await importDrives(format, paths, out, { ...DEFAULTS, onNote, ...options });
  } catch (error) {
    const left = readdirSync(parent);
    if (left.length > 0) throw new Error(`the import left ${left.join(', ')}`, { cause: error });
    throw error;
  }
  const drives: ImportedDrive[] = [];
  for (const name of readdirSync(out).sort()) {
    if (!name.endsWith('.h5')) continue;
    const recording = await openRecording(join(out, name));
    const { frames, height, width, labels, timestamps, sequenceStarts } = recording.info;
    const pixels = recording.readFrames(0, frames);
    const reds = Array.from({ length: frames }, (_, n) => pixels[n * height * width * 3]);
    drives.push({ labels: Array.from(labels), times: Array.from(timestamps), sequenceStarts, reds });
    recording.close();
  }
  return { drives, notes };
}
