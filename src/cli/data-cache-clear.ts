/** `ncp-train data cache clear`: deletes the cropped frames; see src/data/frames/frame-cache.ts. */
import { tildePath } from '../backend/paths.ts';
import { cacheFolder, clearCache } from '../data/frames/cache-header.ts';
import { dataCacheOptions } from '../options/commands/recordings.ts';
import { defineCommand } from './command.ts';
import { megabytes } from './data-cache-list.ts';

export default defineCommand({
  options: dataCacheOptions,
  run({ cache_dir = cacheFolder() }, _, { print }) {
    const freed = clearCache(cache_dir);
    const { files, bytes } = freed;
    const text = `${tildePath(cache_dir)}: deleted ${files} files, ${megabytes(bytes)}`;
    print({ folder: cache_dir, ...freed }, text);
  },
});
