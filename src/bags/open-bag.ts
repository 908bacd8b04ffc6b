/** Opens a bag of either ROS, by what its first bytes say. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../errors.ts';
import type { Bag } from './bag.ts';
import { openSlices } from './file-slices.ts';
import { openMcap } from './mcap.ts';
import { openRos1Bag } from './ros1-bag.ts';

const START = 16;

/**
 * @param path - of a ROS 1 bag or an MCAP file, or of a folder as ROS 2 records it, with one MCAP file in it
 * @throws DataError (status 3) for a file that is absent, of another kind, truncated, without index, or damaged
 */
export async function openBag(path: string): Promise<Bag> {
  const file = await openSlices(fileOf(path));
  try {
    const first = await file.read(0, Math.min(START, file.size()));
    const text = Buffer.from(first).toString('latin1');
    if (text.startsWith('#ROSBAG V2.0\n')) return await openRos1Bag(file);
    if (text.startsWith('\x89MCAP0\r\n')) return await openMcap(file);
    throw new DataError(`${file.path}: ${otherKind(text)}`);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** ROS 2 records into a folder: metadata.yaml, and a file or several one after the other. */
function fileOf(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  const files = readdirSync(path).sort();
  const mcaps = files.filter((name) => name.endsWith('.mcap'));
  if (mcaps.length === 1) return join(path, mcaps[0]);
  if (mcaps.length > 1) {
    throw new DataError(
      `${path}: a folder with ${mcaps.length} MCAP files (${mcaps.join(', ')}); give one, or join them: ` +
        'mcap merge FILES -o whole.mcap',
    );
  }
  const database = files.find((name) => name.endsWith('.db3'));
  const what =
    database === undefined ? 'a folder without an MCAP file' : `a folder with an SQLite bag. ${CONVERT}`;
  throw new DataError(`${path}: ${what}`);
}

const CONVERT = 'SQLite bags are not read; convert it with `ros2 bag convert` to storage mcap';

function otherKind(text: string): string {
  if (text === '') return 'the file is empty';
  if (text.startsWith('SQLite format 3')) return CONVERT;
  if (text.startsWith('#ROSBAG V')) {
    return `a bag of format ${text.slice(9, 12).trim()}; only 2.0 is read: rosbag fix writes it`;
  }
  return 'neither a ROS 1 bag nor an MCAP file';
}
