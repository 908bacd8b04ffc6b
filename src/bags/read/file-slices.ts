/** A file read in slices anywhere, as the readers of both formats ask for it. */
import { type FileHandle, open } from 'node:fs/promises';
import { DataError } from '../../errors.ts';

export class FileSlices {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #size: number;

  constructor(path: string, handle: FileHandle, size: number) {
    this.path = path;
    this.#handle = handle;
    this.#size = size;
  }

  /** Bytes. */
  size(): number {
    return this.#size;
  }

  /** @throws DataError where the file ends before */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < 0 || length < 0 || offset + length > this.#size) throw truncated(this.path, this.#size);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const { bytesRead } = await this.#handle.read(bytes, at, length - at, offset + at);
      if (bytesRead === 0) throw truncated(this.path, this.#size);
      at += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** @throws DataError where there is no such file */
export async function openSlices(path: string): Promise<FileSlices> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new DataError(
      code === 'ENOENT'
        ? `${path}: there is no such file; check the path`
        : `${path}: cannot be opened (${code})`,
    );
  }
  return new FileSlices(path, handle, (await handle.stat()).size);
}

/** Remedies of either format; the ones that mend a bag come with the recorders. */
const REMEDIES = { bag: 'rosbag reindex', mcap: 'mcap recover' } as const;

/** What to do about a file that is not whole. */
export function remedyOf(path: string): string {
  const remedy = path.endsWith('.mcap') ? REMEDIES.mcap : REMEDIES.bag;
  return `copy it again, or keep what is whole of it: ${remedy} ${path}`;
}

export function truncated(path: string, size: number): DataError {
  return new DataError(`${path}: the bag is truncated, ${size} bytes are there; ${remedyOf(path)}`);
}
