/** `ncp-train data cache list`: the cropped frames that training keeps; see src/data/frames/frame-cache.ts. */
import { tildePath } from '../backend/paths.ts';
import { cacheFolder, listCache } from '../data/frames/cache-header.ts';
import { dataCacheOptions } from '../options/commands/recordings.ts';
import { aligned } from '../text/aligned.ts';
import { plural } from '../text/figures.ts';
import { defineCommand } from './command.ts';

export default defineCommand({
  options: dataCacheOptions,
  run({ cache_dir = cacheFolder() }, _, { print }) {
    const entries = listCache(cache_dir);
    print({ folder: cache_dir, entries }, text(cache_dir, entries));
  },
});

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

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
