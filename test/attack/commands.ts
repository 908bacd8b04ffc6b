/**
 * Commands that write, small ones, for attacks on their writing: what each is started with, and what it has to leave. Nothing
 * in them depends on time, so two of them that end well leave the same bytes, whatever became of the starts before.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { isTemporaryName } from '../../src/files/whole-file.ts';
import { ncpTrain } from '../e2e/command-line.ts';
import { passiveFolder, passiveRun, writeRecordings } from '../tiny-runs.ts';

export interface WritingCommand {
  readonly name: string;
  /** @param folder - in which it writes; what has to be there before is there already */
  args(folder: string): string[];
  /** Makes what has to be there before, in an empty folder. */
  begin?(folder: string): Promise<void>;
}

/** Of {@link writingCommands}. */
export const COMMAND_NAMES = [
  'passive',
  'passive --resume',
  'sweep',
  'data generate',
  'data import',
  'drive',
];

/** @param shared - a folder for what is only read */
export async function writingCommands(shared: string): Promise<readonly WritingCommand[]> {
  const data = await writeRecordings(join(shared, 'recordings'), ['a', 'b', 'c'], 0, 48);
  const run = (folder: string, ...more: string[]) =>
    passiveRun(data, folder, 'vanilla', '--lstm-size', '4', '--tensorboard', '--resume', 'auto', ...more);
  const pictures = await writePictures(join(shared, 'pictures'));
  const trained = join(shared, 'trained');
  expectStatus0(await ncpTrain(run(trained, '--epochs', '1')));
  return [
    { name: 'passive', args: (folder) => run(folder, '--final') },
    {
      name: 'passive --resume',
      begin: async (folder) => cpSync(trained, folder, { recursive: true }),
      args: (folder) => run(folder, '--epochs', '2'),
    },
    {
      name: 'sweep',
      args: (folder) => [
        ...[
          'sweep',
          'passive',
          '--data',
          data,
          '--sessions_dir',
          folder,
          '--cache_dir',
          join(folder, 'cache'),
        ],
        ...[
          '--models',
          'vanilla',
          '--folds',
          'auto:3/0-1',
          '--lstm-size',
          '4',
          '--epochs',
          '1',
          '--jobs',
          '1',
        ],
        ...['--batch-size', '2', '--seq-len', '4', '--backend', 'wasm', '--workers', '1'],
      ],
    },
    {
      name: 'data generate',
      args: (folder) => [
        ...['data', 'generate', 'active', '--out', join(folder, 'made'), '--size', '60x96', '--frames', '70'],
        ...['--recordings', '2', '--workers', '1'],
      ],
    },
    {
      name: 'data import',
      args: (folder) => [
        ...['data', 'import', 'images', pictures, '--out', join(folder, 'imported'), '--columns'],
        ...['file=file,time=time,angle=angle', '--angle-unit', 'deg', '--min-frames', '8', '--pieces', '2'],
      ],
    },
    {
      name: 'drive',
      args: (folder) => [
        ...['drive', passiveFolder(trained, 'vanilla'), '--out', join(folder, 'drives'), '--runs', '2'],
        ...['--seconds', '1', '--size', '60x96', '--backend', 'wasm', '--workers', '1', '--quiet', '--force'],
      ],
    },
  ];
}

export function expectStatus0({ status, stderr }: { status: number | null; stderr: string }): void {
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`);
}

/** A log of steering angles with its pictures. */
async function writePictures(folder: string): Promise<string> {
  mkdirSync(folder);
  const rows = ['file,time,angle'];
  for (let n = 0; n < 24; n++) {
    const pixels = Buffer.from(Array.from({ length: 40 * 60 * 3 }, (_, i) => (i * 7 + n * 31) % 256));
    await sharp(pixels, { raw: { width: 60, height: 40, channels: 3 } })
      .png()
      .toFile(join(folder, `${n}.png`));
    rows.push(`${n}.png,${(n / 20).toFixed(2)},${Math.sin(n / 4).toFixed(4)}`);
  }
  writeFileSync(join(folder, 'log.csv'), `${rows.join('\n')}\n`);
  return folder;
}

/** What tells the run's own history, its starts and their processes. */
const OF_HISTORY = /(^|\/)(run\.json|log\.jsonl|sweep\.json)$|(^|\/)sweep\//;
/** That frames were compared with their digest, which whoever just made them need not do. */
const MARKER = /\.checked$/;

/** All that lies in a folder, by path: a digest of the content; of a file that tells the history only that it is there. */
export function contentOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[]).sort()) {
    const path = join(folder, name);
    if (!existsSync(path) || MARKER.test(name)) continue;
    if (statSync(path).isDirectory()) found[name] = 'folder';
    else if (OF_HISTORY.test(name)) found[name] = 'there';
    else found[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return found;
}

/** Files that are written once, and whole: what there is of them is right at every moment. */
const WRITTEN_ONCE = /\.(safetensors|frames|h5|png)$|state\.json$|cache\/[^/]*\.json$/;

/** What is under a final name in `folder` but not as it is to be. */
export function halfWritten(folder: string, whole: Readonly<Record<string, string>>): string[] {
  return Object.entries(contentOf(folder))
    .filter(([name]) => !name.split('/').some(isTemporaryName) && WRITTEN_ONCE.test(name))
    .filter(([name, content]) => name in whole && whole[name] !== content)
    .map(([name]) => name);
}

/** How what was left differs from what is to be, a sentence a path. */
export function unlike(
  left: Readonly<Record<string, string>>,
  whole: Readonly<Record<string, string>>,
): string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(whole)])]
    .filter((path) => left[path] !== whole[path])
    .map(
      (path) => `${path} ${!(path in left) ? 'is missing' : path in whole ? 'is another' : 'is left over'}`,
    );
}
