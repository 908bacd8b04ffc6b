/**
 * From the arguments of `ncp-train widget` to drives: the recordings of test drives, and what `replay` and `saliency` left, whose
 * JSON files name a checkpoint and a recording. Folders are gone through at any depth. Nothing is read but names and attributes.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import type { PixelNoise } from '../../augment/pixel-noise.ts';
import { FRAMES, openDriveRecording } from '../../data/recordings/drive-recording.ts';
import { DataError } from '../../errors.ts';
import { FolderWalk } from '../../files/walk-folders.ts';
import { parseOptions } from '../../options/parse.ts';
import { reasonOf } from '../../text/reason.ts';

export interface FoundDrive {
  /** `recorded`: a test drive, which holds what its model did; `replayed`: the model is run over the recording anew. */
  readonly kind: 'recorded' | 'replayed';
  /** `.h5` or `.npz`. */
  readonly recording: string;
  /** `wm`, `lstm`, …, or `driver`. */
  readonly model: string;
  /** The weights, as recorded; undefined of the simulation's own driver, who has none. */
  readonly checkpoint: string | undefined;
  /** What the model's frames were disturbed with. */
  readonly noise: PixelNoise | undefined;
  readonly compat: 'none' | 'paper';
  /** Drives of one group are of the same road or recording, and stand side by side. */
  readonly group: string;
}

export interface FoundDrives {
  readonly drives: readonly FoundDrive[];
  /** What was found and left out, with the reason. */
  readonly notes: readonly string[];
}

const KINDS =
  'a test drive (.h5) or a folder of `ncp-train drive`, or the folder of a `ncp-train replay` or `ncp-train saliency`';

/** What was run, as `replay.json` and `saliency.json` say it. */
const recordedRun = z.object({
  checkpoint: z.string().min(1),
  model: z.string(),
  recording: z.string().min(1),
  out: z.string(),
  noise: z.object({ sigma: z.number(), seed: z.number() }).nullable(),
  compat: z.enum(['none', 'paper']).default('none'),
});

/**
 * @param paths - as given, at least one
 * @throws DataError for what is not there, cannot be read or is no drive; for folders without any
 */
export async function findDrives(paths: readonly string[]): Promise<FoundDrives> {
  const drives: FoundDrive[] = [];
  const notes: string[] = [];
  for (const path of paths) {
    const status = existsSync(path) ? statSync(path) : undefined;
    if (status === undefined) throw new DataError(`${path}: there is no such file or folder. Give ${KINDS}`);
    if (!status.isDirectory()) {
      drives.push(await givenFile(path));
      continue;
    }
    const found = await inFolder(path);
    if (found.drives.length === 0) {
      const [first, ...more] = found.notes;
      const reason =
        first === undefined ? '' : `: ${first}${more.length > 0 ? `, and ${more.length} more` : ''}`;
      throw new DataError(`${path}: there is no drive to look through in it${reason}. Give ${KINDS}`);
    }
    drives.push(...found.drives);
    notes.push(...found.notes);
  }
  return { drives: withoutTwins(drives), notes };
}

/** @throws DataError for a checkpoint that is not there, with what is possible without it */
export function requireCheckpoint({ kind, recording, checkpoint }: FoundDrive, saliency: boolean): void {
  if (checkpoint === undefined || existsSync(checkpoint)) return;
  if (kind === 'replayed') {
    throw new DataError(
      `${recording} was replayed with ${checkpoint}, which is not there. Run \`ncp-train replay CHECKPOINT ${recording}\` with the ` +
        'checkpoint where it lies now, and give that folder',
    );
  }
  if (saliency) {
    throw new DataError(
      `${recording}: saliency needs the checkpoint that drove, ${checkpoint}, which is not there. ` +
        'Put it back, or leave saliency out with --no-saliency; frames, what was driven and neurons are shown all the same',
    );
  }
}

async function inFolder(path: string): Promise<FoundDrives> {
  const drives: FoundDrive[] = [];
  const notes: string[] = [];
  const walk = new FolderWalk();
  await walk.into([path], async (folder, files, folders) => {
    const record = ['replay.json', 'saliency.json'].find((name) => files.includes(name));
    if (record !== undefined) drives.push(replayed(folder, record));
    for (const name of files.filter((file) => file.endsWith('.h5'))) {
      const found = await testDrive(join(folder, name));
      if (typeof found === 'string') notes.push(found);
      else drives.push(found);
    }
    return folders.filter((name) => name !== 'checkpoints');
  });
  return { drives, notes: [...notes, ...walk.faults] };
}

async function givenFile(path: string): Promise<FoundDrive> {
  if (!/\.(h5|hdf5)$/i.test(path)) {
    const advice = path.endsWith('.npz') ? ` after \`ncp-train replay CHECKPOINT ${path}\`` : '';
    throw new DataError(`${path} is no test drive. Give ${KINDS}${advice}`);
  }
  const found = await testDrive(path);
  if (typeof found === 'string') throw new DataError(found);
  return found;
}

/** @returns a sentence if it is nothing to look at @throws DataError for a damaged file */
async function testDrive(path: string): Promise<FoundDrive | string> {
  const drive = await openDriveRecording(path);
  try {
    const { model, checkpoint, noise, noise_seed, run, road_seed, on } = drive.attributes();
    if (typeof model !== 'string') {
      return `${path} does not say which model drove; \`ncp-train replay CHECKPOINT ${path}\` runs one over it, and its folder is a drive`;
    }
    if (drive.missing([FRAMES]).length > 0) {
      return `${path} holds no camera frames; \`ncp-train drive --record all\` keeps them`;
    }
    const sigma = typeof noise === 'number' ? noise : 0;
    const road =
      on === undefined
        ? road_seed === 1 || road_seed === undefined
          ? ''
          : `, road seed ${road_seed}`
        : ` over ${on}`;
    return {
      kind: 'recorded',
      recording: path,
      model,
      compat: 'none',
      checkpoint: typeof checkpoint === 'string' && checkpoint !== '' ? located(checkpoint, path) : undefined,
      noise: sigma > 0 && typeof noise_seed === 'number' ? { sigma, seed: noise_seed } : undefined,
      group: `run ${run ?? 1}${road}, noise ${sigma}`,
    };
  } finally {
    drive.close();
  }
}

/** @throws DataError for a file that is no such record */
function replayed(folder: string, record: string): FoundDrive {
  const path = join(folder, record);
  const damaged = (reason: string) =>
    new DataError(`${path} ${reason}; run \`ncp-train ${basename(record, '.json')}\` again`);
  let facts: unknown;
  try {
    facts = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw damaged(`cannot be read: ${reasonOf(error)}`);
  }
  let run: z.output<typeof recordedRun>;
  try {
    run = parseOptions(recordedRun, facts, 'does not say what was run');
  } catch (error) {
    throw damaged((error as Error).message.split('\n')[0]);
  }
  const { model, out, noise, compat } = run;
  const moved = (file: string) => (existsSync(file) ? file : fromFolder(file, out, folder));
  const sigma = noise?.sigma ?? 0;
  return {
    kind: 'replayed',
    model,
    compat,
    recording: moved(run.recording),
    checkpoint: moved(run.checkpoint),
    noise: noise ?? undefined,
    group: `${basename(run.recording)}${sigma > 0 ? `, noise ${sigma}` : ''}`,
  };
}

/** Paths in a record are those of the folder where the command ran; seen from its output they hold elsewhere, too. */
function fromFolder(file: string, out: string, folder: string): string {
  const there = resolve(folder, relative(out, file));
  return existsSync(there) ? there : file;
}

/** The same of a test drive, beside which metrics.json says where the drives were put. */
function located(checkpoint: string, drive: string): string {
  if (existsSync(checkpoint)) return checkpoint;
  const folder = join(drive, '..');
  try {
    const { out } = JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8'));
    return typeof out === 'string' ? fromFolder(checkpoint, out, folder) : checkpoint;
  } catch {
    return checkpoint; // as recorded, for the message
  }
}

/** A `replay` and a `saliency` of the same model, recording and noise are one drive; so is a file that is given twice. */
function withoutTwins(drives: readonly FoundDrive[]): FoundDrive[] {
  const key = ({ kind, recording, checkpoint, noise, compat }: FoundDrive) =>
    JSON.stringify([
      kind,
      resolve(recording),
      kind === 'recorded' ? '' : resolve(checkpoint ?? ''),
      noise ?? null,
      compat,
    ]);
  return [...new Map(drives.toReversed().map((drive) => [key(drive), drive])).values()].toReversed();
}
