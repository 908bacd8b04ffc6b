/**
 * Test drives as the published scripts export them from rosbags: a NumPy archive (`.npz`, a zip file) with `camera` uint8
 * [N,H,W,3] and `auto` bool [N], true where autonomous mode was on. Frames are read as they are asked for; an archive that is
 * compressed can only be read onwards, so that going back starts it again. Memory does not grow with it.
 *
 * An archive may be damaged, or made to mislead: its checksums are compared when it is opened, and what a header says of an
 * array is held against the bytes that are there before memory is taken for it.
 */

import { basename, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { DataError } from '../../errors.ts';
import { NPY_HEADER_BYTES, type NpyHeader, parseNpyHeader } from '../../files/npy.ts';
import { reading } from '../../files/reading.ts';
import { reasonOf } from '../../text/reason.ts';

const STORED = 0;
/** Deflate codes at most 258 bytes in 2 bits: 1,032 times fewer (RFC 1951), and 64 bytes for the blocks' own. */
const mostInflated = (compressed: number): number => 1032 * compressed + 64;
/** A frame of 8,192 × 8,192 pixels; cameras of cars have a tenth at most. */
const MOST_PIXELS = 2 ** 26;

/** Flags in the forms that NumPy gives numbers and truth values, by its names without the byte order. */
const FLAGS: Readonly<Record<string, (bytes: ArrayBuffer) => Iterable<number | bigint>>> = {
  b1: (bytes) => new Uint8Array(bytes),
  u1: (bytes) => new Uint8Array(bytes),
  i1: (bytes) => new Int8Array(bytes),
  u2: (bytes) => new Uint16Array(bytes),
  i2: (bytes) => new Int16Array(bytes),
  u4: (bytes) => new Uint32Array(bytes),
  i4: (bytes) => new Int32Array(bytes),
  u8: (bytes) => new BigUint64Array(bytes),
  i8: (bytes) => new BigInt64Array(bytes),
  f4: (bytes) => new Float32Array(bytes),
  f8: (bytes) => new Float64Array(bytes),
};

/**
 * @param path - of the archive
 * @throws DataError for a file that is absent, no archive or damaged, for arrays that are missing or of another shape or type
 */
export async function openNpzRecording(path: string): Promise<NpzRecording> {
  return reading(path, async () => {
    const zip = await openArchive(path);
    try {
      const entries = new Map<string, Entry>();
      await new Promise<void>((done, fail) => {
        zip.on('entry', (entry: Entry) => {
          entries.set(entry.fileName.replace(/\.npy$/, ''), entry);
          zip.readEntry();
        });
        zip.once('end', done);
        zip.once('error', fail);
        zip.readEntry();
      });
      const camera = await openArray(path, zip, entries, 'camera');
      const [frames, height, width, channels, ...rest] = camera.header.shape;
      if (camera.header.type !== '|u1' || channels !== 3 || rest.length > 0 || !(height > 0 && width > 0)) {
        throw new DataError(
          `${path}, camera: ${described(camera.header)}, expected uint8 [N,height,width,3]`,
        );
      }
      if (frames === 0) throw new DataError(`${path}, camera: there are no frames`);
      if (height * width > MOST_PIXELS) {
        throw new DataError(
          `${path}, camera: frames of ${height}×${width} pixels; at most ${MOST_PIXELS} are read`,
        );
      }
      const auto = await openArray(path, zip, entries, 'auto');
      const { type, shape } = auto.header;
      const flags = FLAGS[type.slice(1)];
      if (
        type.startsWith('>') ||
        flags === undefined ||
        shape[0] !== frames ||
        shape.some((n, axis) => axis && n !== 1)
      ) {
        throw new DataError(
          `${path}, auto: ${described(auto.header)}, expected bool or other numbers [${frames}], one for each frame`,
        );
      }
      await camera.check();
      await auto.check();
      const bytes = new Uint8Array(frames * valueBytes(auto.header));
      await auto.read(0, bytes);
      const autonomous = Uint8Array.from(flags(bytes.buffer), (on) => (on > 0 ? 1 : 0));
      auto.close();
      return new NpzRecording(path, zip, camera, autonomous);
    } catch (error) {
      zip.close();
      throw unreadable(path, error);
    }
  });
}

async function openArchive(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new DataError(`${path}: there is no such file. Check the path`);
    throw new DataError(`${path}: this is no NumPy archive (.npz): ${message}`);
  }
}

function unreadable(path: string, error: unknown): Error {
  if (error instanceof DataError) return error;
  return new DataError(`${path} cannot be read: ${reasonOf(error)}. The file is damaged: copy it again`);
}

/** Of one of the types that are read here: the number at the end of NumPy’s name. */
const valueBytes = ({ type }: NpyHeader) => Number(type.slice(2));

const described = ({ type, shape }: NpyHeader) => `the array is ${type} [${shape}]`;

/** An open archive; made by {@link openNpzRecording}, to be closed. */
export class NpzRecording {
  readonly path: string;
  readonly name: string;
  /** N, at least 1. */
  readonly frames: number;
  /** Of every frame, pixels. */
  readonly height: number;
  readonly width: number;
  /** [N], 1 where autonomous mode was on. */
  readonly autonomous: Uint8Array;
  readonly #zip: ZipFile;
  readonly #camera: ArrayReader;

  constructor(path: string, zip: ZipFile, camera: ArrayReader, autonomous: Uint8Array) {
    this.path = resolve(path);
    this.name = basename(path);
    [this.frames, this.height, this.width] = camera.header.shape;
    this.autonomous = autonomous;
    this.#zip = zip;
    this.#camera = camera;
  }

  /**
   * @param first - index of the first frame
   * @param out - is filled with whole frames [·,H,W,3]
   * @throws DataError for a part of the file that cannot be read
   */
  async readFrames(first: number, out: Uint8Array): Promise<void> {
    try {
      await this.#camera.read(first * this.height * this.width * 3, out);
    } catch (error) {
      throw unreadable(this.path, error);
    }
  }

  close(): void {
    this.#camera.close();
    this.#zip.close();
  }
}

async function openArray(
  path: string,
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  name: string,
): Promise<ArrayReader> {
  const entry = entries.get(name);
  if (!entry) {
    const there = [...entries.keys()].join(', ') || 'nothing';
    throw new DataError(
      `${path}: there is no array ${name}; the archive holds ${there}, camera and auto are needed`,
    );
  }
  const { compressedSize, uncompressedSize } = entry;
  if (uncompressedSize > mostInflated(compressedSize)) {
    throw new DataError(
      `${path}, ${name}: ${compressedSize} bytes cannot hold the ${uncompressedSize} that the archive declares. The file is damaged: copy it again`,
    );
  }
  const start = new Uint8Array(Math.min(NPY_HEADER_BYTES, uncompressedSize));
  const bytes = new EntryReader(zip, entry);
  await bytes.read(0, start);
  const header = parseNpyHeader(start, `${path}, ${name}`);
  return {
    header,
    async check() {
      const expected =
        header.length + header.shape.reduce((product, size) => product * size, valueBytes(header));
      if (expected !== uncompressedSize) {
        throw new DataError(
          `${path}, ${name}: ${described(header)}, ${expected} bytes with its header, but there are ${uncompressedSize}. The file is damaged: copy it again`,
        );
      }
      await bytes.checkSum();
    },
    read: (from, out) => bytes.read(header.length + from, out),
    close: () => bytes.close(),
  };
}

interface ArrayReader {
  readonly header: NpyHeader;
  /**
   * Reads all of the array once.
   * @throws DataError if there are more or fewer bytes than its shape says, or others than were written
   */
  check(): Promise<void>;
  /** Fills `out` with the array's bytes from `from` on. */
  read(from: number, out: Uint8Array): Promise<void>;
  close(): void;
}

/** The bytes of an entry as they were before compression, read onwards from wherever one likes. */
class EntryReader {
  readonly #zip: ZipFile;
  readonly #entry: Entry;
  #stream: Readable | undefined;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  /** Of the chunk's first byte. */
  #at = 0;

  constructor(zip: ZipFile, entry: Entry) {
    this.#zip = zip;
    this.#entry = entry;
  }

  async read(from: number, out: Uint8Array): Promise<void> {
    await this.#goTo(from);
    for (let done = 0; done < out.length; ) {
      if (this.#chunk.length === 0) await this.#next();
      const some = this.#chunk.subarray(0, out.length - done);
      out.set(some, done);
      done += some.length;
      this.#drop(some.length);
    }
  }

  /** @throws Error if the bytes are not those that the archive's checksum was made of */
  async checkSum(): Promise<void> {
    let sum = 0;
    for await (const chunk of await this.#zip.openReadStreamPromise(this.#entry)) sum = crc32(chunk, sum);
    if (sum !== this.#entry.crc32) {
      throw new Error(`the checksum of ${this.#entry.fileName} does not agree with its bytes`);
    }
  }

  close(): void {
    this.#stream?.destroy();
    this.#stream = undefined;
  }

  async #goTo(from: number): Promise<void> {
    const isStored = this.#entry.compressionMethod === STORED;
    if (this.#stream === undefined || from < this.#at || (isStored && from > this.#at + this.#chunk.length)) {
      this.close();
      const start = isStored ? from : 0;
      this.#stream = await this.#zip.openReadStreamPromise(this.#entry, isStored ? { start } : {});
      this.#chunks = this.#stream[Symbol.asyncIterator]();
      this.#chunk = new Uint8Array(0);
      this.#at = start;
    }
    while (this.#at + this.#chunk.length < from) await this.#next();
    this.#drop(from - this.#at);
  }

  #drop(count: number): void {
    this.#chunk = this.#chunk.subarray(count);
    this.#at += count;
  }

  async #next(): Promise<void> {
    this.#at += this.#chunk.length;
    const { done, value } = await (this.#chunks as AsyncIterator<Uint8Array>).next();
    if (done) throw new Error(`${this.#entry.fileName} ends at byte ${this.#at}`);
    this.#chunk = value;
  }
}
