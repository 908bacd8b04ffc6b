/** The compressions of chunks: lz4 and bz2 in ROS 1 bags, lz4 and zstd in MCAP; the reference libraries as WebAssembly. */
import Bzip2 from '@foxglove/wasm-bz2';
import lz4 from '@foxglove/wasm-lz4';
import zstd from '@foxglove/wasm-zstd';

/** @param size - of what comes out, bytes */
export type Decompress = (bytes: Uint8Array, size: number) => Uint8Array;

export const ROS1_COMPRESSIONS = ['none', 'lz4', 'bz2'] as const;
export const MCAP_COMPRESSIONS = ['none', 'lz4', 'zstd'] as const;

type Decompressors = Readonly<Record<'lz4' | 'bz2' | 'zstd', Decompress>>;

let loaded: Promise<Decompressors> | undefined;

/** Ready to be called; loaded once. */
export function loadDecompressors(): Promise<Decompressors> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Decompressors> {
  const [bzip2] = await Promise.all([keepingListeners(() => Bzip2.init()), lz4.isLoaded, zstd.isLoaded]);
  return {
    lz4: wholly('lz4', lz4),
    bz2: wholly('bz2', (bytes, size) => bzip2.decompress(bytes, size)),
    zstd: wholly('zstd', zstd.decompress),
  };
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

/** The libraries return what they got of a chunk that is cut short. */
const wholly =
  (name: string, decompress: Decompress): Decompress =>
  (bytes, size) => {
    const whole = decompress(bytes, size);
    if (whole.length !== size) throw new Error(`${name} gave ${whole.length} of ${size} bytes`);
    return whole;
  };
