/** `ncp-train data cache list|clear`: the cropped frames that training keeps; see src/data/frames/frame-cache.ts. */
import type { Command } from 'commander';
import { tildePath } from '../backend/paths.ts';
import { cacheFolder, clearCache, listCache } from '../data/frames/cache-header.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { plural } from '../text/figures.ts';

const FOLDER = 'cache folder, where it is not the user’s';

export function define(command: Command): void {
  command
    .command('list')
    .description('say which recordings are in the cache')
    .option('--cache-dir <dir>', FOLDER)
    .option('--json', 'print JSON')
    .action(({ cacheDir = cacheFolder(), json }) => {
      const entries = listCache(cacheDir);
      print(json ? JSON.stringify({ folder: cacheDir, entries }, null, 2) : text(cacheDir, entries));
    });
  command
    .command('clear')
    .description('delete all cropped frames; they are made again when needed')
    .option('--cache-dir <dir>', FOLDER)
    .option('--json', 'print JSON')
    .action(({ cacheDir = cacheFolder(), json }) => {
      const freed = clearCache(cacheDir);
      const { files, bytes } = freed;
      const freedText = `${tildePath(cacheDir)}: deleted ${files} files, ${megabytes(bytes)}`;
      print(json ? JSON.stringify({ folder: cacheDir, ...freed }, null, 2) : freedText);
    });
}

function text(folder: string, entries: ReturnType<typeof listCache>): string {
  const rows = entries.map(({ source, crop, channelOrder, frames, bytes, current }) => [
    tildePath(source),
    crop,
    channelOrder,
    frames.toString(),
    megabytes(bytes),
    current ? '' : 'outdated: the recording has changed or is gone',
  ]);
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const table =
    entries.length === 0 ? [] : [aligned([['recording', 'crop', 'order', 'frames', 'size', ''], ...rows])];
  return [...table, `${tildePath(folder)}: ${plural(entries.length, 'recording')}, ${megabytes(total)}`].join(
    '\n',
  );
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
