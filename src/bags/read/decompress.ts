/**
 * The compressions of chunks: lz4 and bz2 in ROS 1 bags, lz4 and zstd in MCAP, where single messages may be in zstd too; the
 * reference libraries as WebAssembly.
 */
import { createRequire } from 'node:module';
import Bzip2 from '@foxglove/wasm-bz2';
import zstd from '@foxglove/wasm-zstd';
import { oversize } from '../../files/limits.ts';

/** @param size - of what comes out, bytes */
export type Decompress = (bytes: Uint8Array, size: number) => Uint8Array;

export const ROS1_COMPRESSIONS = ['none', 'lz4', 'bz2'] as const;
export const MCAP_COMPRESSIONS = ['none', 'lz4', 'zstd'] as const;

type Decompressors = Readonly<Record<'lz4' | 'bz2' | 'zstd', Decompress>>;

let loaded: Promise<Decompressors> | undefined;

/** Ready to be called; loaded once, and again after a chunk that could not be decompressed. */
export function loadDecompressors(): Promise<Decompressors> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Decompressors> {
  const lz4 = freshLz4();
  const [bzip2] = await Promise.all([keepingListeners(() => Bzip2.init()), lz4.isLoaded, zstd.isLoaded]);
  return {
    lz4: wholly('lz4', lz4),
    bz2: wholly('bz2', (bytes, size) => bzip2.decompress(bytes, size)),
    zstd: wholly('zstd', zstd.decompress),
  };
}

const require = createRequire(import.meta.url);

/**
 * The module of lz4 with a state of its own. It keeps one for all its calls, and what a damaged chunk left there makes the
 * next whole chunk fail too (findings/wasm-lz4-after-damage.sh).
 */
function freshLz4(): typeof import('@foxglove/wasm-lz4').default {
  const entry = require.resolve('@foxglove/wasm-lz4');
  for (const path of Object.keys(require.cache)) {
    if (path === entry || path.endsWith('wasm-lz4.js')) delete require.cache[path];
  }
  return require(entry);
}

/** What a zstd frame begins with. */
export const ZSTD_MAGIC = '28b52ffd';
/**
 * The size of what is in a zstd frame, bytes, by the frame's header (RFC 8878, §3.1.1.1).
 * @returns undefined for other bytes
 * @throws Error for a frame that does not say it, and one that says more than a message has
 */
export function zstdSize(bytes: Uint8Array): number | undefined {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (frame.length < 6 || frame.toString('hex', 0, 4) !== ZSTD_MAGIC) return undefined;
  const descriptor = frame[4];
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3];
  const width = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6];
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionary;
  if (width === 0 || frame.length < at + width) throw new Error('its zstd frame does not say its size');
  const number = width === 8 ? Number(frame.readBigUInt64LE(at)) : frame.readUIntLE(at, width);
  const size = width === 2 ? number + 256 : number;
  const claim = oversize('its zstd frame', size);
  if (claim !== undefined) throw new Error(claim);
  return size;
}

/** The module of bzip2 begins by listening for uncaught errors of the whole process, which are not its to handle. */
function keepingListeners<T>(step: () => T): T {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listeners(event as NodeJS.Signals));
  const result = step();
  for (const [e, event] of events.entries()) {
    for (const listener of process.listeners(event as NodeJS.Signals)) {
      if (!before[e].includes(listener)) process.off(event, listener);
    }
  }
  return result;
}

/** What a byte can become at most, where the format says so: a run length of 255 in lz4. */
const LARGEST_RATIO: Readonly<Record<string, number>> = { lz4: 255 };

function impossible(name: string, bytes: number, size: number): string | undefined {
  const most = (LARGEST_RATIO[name] ?? Number.POSITIVE_INFINITY) * bytes;
  return size > most
    ? `a chunk of ${bytes} bytes compressed by ${name} claims ${size}, which cannot be`
    : undefined;
}

/** The libraries return what they got of a chunk that is cut short. */
const wholly =
  (name: string, decompress: Decompress): Decompress =>
  (bytes, size) => {
    const claim = impossible(name, bytes.length, size) ?? oversize(`a chunk compressed by ${name}`, size);
    if (claim !== undefined) throw new Error(claim);
    try {
      const whole = decompress(bytes, size);
      if (whole.length !== size) throw new Error(`${name} gave ${whole.length} of ${size} bytes`);
      return whole;
    } catch (error) {
      loaded = undefined;
      throw error;
    }
  };
