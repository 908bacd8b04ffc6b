/** Opens a bag of either ROS, by what its first bytes say. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isSeq, parseDocument } from 'yaml';
import { DataError } from '../../errors.ts';
import { reading, readingEach } from '../../files/reading.ts';
import type { Bag } from './bag.ts';
import { ZSTD_MAGIC } from './decompress.ts';
import { openSlices } from './file-slices.ts';
import { openMcap } from './mcap.ts';
import { openRos1Bag } from './ros1-bag.ts';

const START = 16;

/**
 * @param path - of a ROS 1 bag or an MCAP file, or of a folder as ROS 2 records it, with one MCAP file in it
 * @throws DataError (status 3) for a file that is absent, of another kind, packed, truncated, without index, or damaged
 */
export async function openBag(path: string): Promise<Bag> {
  const bag = await reading(path, () => openEither(path));
  return { ...bag, messages: (topics) => readingEach(bag.path, bag.messages(topics)) };
}

async function openEither(path: string): Promise<Bag> {
  const { file: inside, notes } = recordedIn(path);
  const file = await openSlices(inside);
  try {
    const first = Buffer.from(await file.read(0, Math.min(START, file.size())));
    const text = first.toString('latin1');
    if (text.startsWith('#ROSBAG V2.0\n')) return await openRos1Bag(file);
    if (text.startsWith('\x89MCAP0\r\n')) {
      const bag = await openMcap(file);
      return { ...bag, notes: [...notes, ...bag.notes] };
    }
    throw new DataError(`${file.path}: ${packedKind(first, file.path) ?? otherKind(text)}`);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * ROS 2 records into a folder: metadata.yaml, and a file or several one after the other.
 * @returns the file of a folder, with what is unusual about it; a path to a file as it is
 */
function recordedIn(path: string): { file: string; notes: string[] } {
  if (!(existsSync(path) && statSync(path).isDirectory())) return { file: path, notes: [] };
  const files = readdirSync(path).sort();
  const of = (ending: string) => files.filter((name) => name.endsWith(ending));
  const mcaps = of('.mcap');
  // Once unpacked, both lie there.
  const packed = of('.zstd').filter((name) => !files.includes(name.slice(0, -'.zstd'.length)));
  if (packed.length > 0) {
    throw new DataError(
      `${path}: a folder with files that are compressed whole (${packed.join(', ')}), as \`ros2 bag record --compression-mode ` +
        `file\` leaves them; decompress them: zstd -d ${packed.map((name) => join(path, name)).join(' ')}, or ${convert(path)}`,
    );
  }
  if (mcaps.length > 1) {
    const paths = mcaps.map((name) => join(path, name)).join(' ');
    throw new DataError(
      `${path}: a folder with ${mcaps.length} MCAP files (${mcaps.join(', ')}), a split bag; give one, or join them: ` +
        `mcap merge ${paths} -o whole.mcap`,
    );
  }
  if (mcaps.length === 1) {
    const [name] = mcaps;
    const listed = listedFiles(join(path, 'metadata.yaml'));
    // One alone is that file under its old name.
    const lost = listed.length > 1 ? listed.filter((other) => !files.includes(other)) : [];
    const are = lost.length === 1 ? 'is' : 'are';
    const note = `metadata.yaml lists ${lost.join(', ')}, which ${are} not there: only ${name} is read`;
    return { file: join(path, name), notes: lost.length > 0 ? [note] : [] };
  }
  const databases = of('.db3');
  if (databases.length > 0) {
    throw new DataError(`${path}: a folder with an SQLite bag (${databases.join(', ')}). ${sqlite(path)}`);
  }
  const ros1 = of('.bag');
  const has =
    ros1.length > 0
      ? `; it has ROS 1 bags, which are given by name: ${ros1.join(', ')}`
      : '; name the bag itself, or its own folder';
  throw new DataError(`${path}: a folder without an MCAP file${has}`);
}

/** The files that ROS 2 wrote, by their base names; none where metadata.yaml is not there or says none. */
function listedFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  const listed = parseDocument(readFileSync(path, 'utf8')).getIn([
    'rosbag2_bagfile_information',
    'relative_file_paths',
  ]);
  return isSeq(listed) ? (listed.toJSON() as unknown[]).map((name) => basename(String(name), '.zstd')) : [];
}

/** The Python package rosbags reads what is not read here, split and compressed bags among it. */
const convert = (path: string) =>
  `convert it with the Python package rosbags: rosbags-convert --src ${path} --dst converted --dst-storage mcap`;

const sqlite = (path: string) =>
  `SQLite bags are not read; ${convert(path)}; or, with ROS 2, \`ros2 bag convert\` to storage mcap`;

/** By their first bytes, in hex: programs that pack files, and what unpacks them. */
const PACKED = [
  [ZSTD_MAGIC, 'zstd', 'zstd -d'],
  ['1f8b', 'gzip', 'gunzip'],
  ['425a68', 'bzip2', 'bunzip2'],
  ['fd377a585a00', 'xz', 'unxz'],
  ['04224d18', 'lz4', 'lz4 -d'],
  ['504b0304', 'zip', 'unzip'],
] as const;

function packedKind(first: Buffer, path: string): string | undefined {
  const hex = first.toString('hex');
  const found = PACKED.find(([magic]) => hex.startsWith(magic));
  if (found === undefined) return undefined;
  const [, name, command] = found;
  return `the file is compressed whole, with ${name}; decompress it: ${command} ${path}`;
}

function otherKind(text: string): string {
  if (text === '') return 'the file is empty';
  if (text.startsWith('SQLite format 3')) return sqlite('FOLDER');
  if (text.startsWith('#ROSBAG V')) {
    return `a bag of format ${text.slice(9, 12).trim()}; only 2.0 is read: rosbag fix writes it`;
  }
  if (text.startsWith('\x89HDF')) {
    return 'an HDF5 file, as recordings are, and no bag; `ncp-train data inspect` looks at recordings';
  }
  return 'neither a ROS 1 bag nor an MCAP file, which are what is read';
}
