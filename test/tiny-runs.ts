/** Training runs of a second or two on the built command line: recordings, arguments, and what they leave. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createRecording } from '../src/data/recordings/recording-writer.ts';
import { stream } from '../src/random/stream.ts';

const SIZE = { height: 60, width: 96 };
const FRAMES = 80;

/** Names that the active split knows: two recordings to train on, one for validation. */
export const ACTIVE_NAMES = ['20190628-094335', '20190723-133449', '20190628-150233'].map(
  (time) => `${time}_blue_prius_devens_rightside`,
);

/**
 * Recordings of random frames with labels that sway.
 *
 * @param salt - another one gives other frames
 * @param frames - of each recording
 * @returns the folder
 */
export async function writeRecordings(
  folder: string,
  names: readonly string[],
  salt = 0,
  frames = FRAMES,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (const [n, name] of names.entries()) {
    const writer = await createRecording(join(folder, `${name}.h5`), SIZE);
    const draws = stream(n + salt, 'recording');
    const pixels = new Uint8Array(frames * SIZE.height * SIZE.width * 3);
    for (let i = 0; i < pixels.length; i++) pixels[i] = draws.integer(0, 200);
    const each = (value: (t: number) => number) => Float64Array.from({ length: frames }, (_, t) => value(t));
    writer.append(
      pixels,
      each((t) => 0.001 * Math.sin(t / 9 + n)),
      each((t) => 1000 * n + t / 30),
    );
    await writer.finish();
  }
  return folder;
}

const EMBEDDED = ['--backend', 'wasm', '--workers', '1'];

/** Twelve batches an epoch on three recordings, of recurrent models. */
export const SMALL = ['--epochs', '2', '--batch-size', '2', '--seq-len', '4', ...EMBEDDED];

/** The same of any model, on the embedded backend unless another is named. */
const small = (model: string, more: readonly string[]) => [
  '--epochs',
  '2',
  '--batch-size',
  '2',
  ...(model === 'cnn' ? [] : ['--seq-len', '4']),
  ...(more.includes('--backend') ? [] : EMBEDDED),
];

const places = (data: string, folder: string) => [
  '--data',
  data,
  '--sessions_dir',
  folder,
  '--cache_dir',
  join(folder, 'cache'),
];

/** Arguments of a passive run, in a folder of its own with a cache of its own. */
export function passiveRun(data: string, folder: string, model: string, ...more: string[]): string[] {
  const which = ['passive', '--model', model, '--experiment_id', '0', '--folds', 'auto:3'];
  return [...which, ...places(data, folder), ...small(model, more), ...more];
}

/** The same of an active one. */
export function activeRun(data: string, folder: string, model: string, ...more: string[]): string[] {
  return ['active', '--model', model, ...places(data, folder), ...small(model, more), ...more];
}

/** Where {@link passiveRun} puts its run. */
export const passiveFolder = (folder: string, model: string) =>
  join(folder, `passive/${model}_session/experiment_0`);

/** All files below a folder, sorted. */
export function filesIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[])
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** Text of a file. */
export const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

/** What two runs must have in common to the last bit: logs, pointers and weights, by file. */
export function resultsOf(run: string): Record<string, string> {
  const files = filesIn(run).filter((name) =>
    /^(train_log\.csv|final\.csv|checkpoints\/(best|last)|checkpoints\/.*\.(safetensors|csv))$/.test(name),
  );
  return Object.fromEntries(
    files.map((name) => {
      const bytes = readFileSync(join(run, name));
      const text = bytes.length < 2000 && !name.endsWith('.safetensors');
      return [name, text ? bytes.toString() : createHash('sha256').update(bytes).digest('hex')];
    }),
  );
}
