/**
 * Reads cropped frames straight from the frame cache's flat files (`frame-cache.ts`) by positional reads, without
 * opening a recording. The files are opened at the start and kept open, so a cache that is cleared or rebuilt meanwhile
 * takes nothing away from a run.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { DataError } from '../../errors.ts';
import { reasonOf } from '../../text/reason.ts';
import { READ_NO_LINK } from './cache-header.ts';
import { CROP_BYTES } from './crop.ts';
import type { CachedRecording } from './frame-cache.ts';

export class FrameReader {
  readonly #recordings: readonly CachedRecording[];
  /** File descriptor of every recording that was asked for. */
  readonly #descriptors = new Map<number, number>();

  /**
   * @param indices - into `recordings`, of those that will be read
   * @throws DataError if a file cannot be opened
   */
  constructor(recordings: readonly CachedRecording[], indices: Iterable<number>) {
    this.#recordings = recordings;
    for (const index of new Set(indices)) {
      const { frameFile } = recordings[index];
      try {
        this.#descriptors.set(index, openSync(frameFile, READ_NO_LINK));
      } catch (error) {
        this.close();
        throw new DataError(`frame cache: ${frameFile}: ${reasonOf(error)}; run again to rebuild it`);
      }
    }
  }

  /**
   * Reads neighbouring frames.
   *
   * @param recording - its index
   * @param first - number of the first frame in the recording
   * @param count - how many
   * @param out - gets [count, 78, 200, 3] at its start
   * @throws DataError if the file ends before or cannot be read
   */
  read(recording: number, first: number, count: number, out: Uint8Array): void {
    const descriptor = this.#descriptors.get(recording) as number;
    const size = count * CROP_BYTES;
    for (let done = 0; done < size; ) {
      const bytes = this.#readSome(descriptor, recording, out, done, size - done, first * CROP_BYTES + done);
      if (bytes === 0) {
        const { name, frameFile } = this.#recordings[recording];
        const missing = first + Math.floor(done / CROP_BYTES);
        throw new DataError(
          `${frameFile}: ends before frame ${missing} of ${name}: something cut it short; ` +
            'remove it (ncp-train data cache clear) and run again',
        );
      }
      done += bytes;
    }
  }

  close(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor);
    this.#descriptors.clear();
  }

  #readSome(
    descriptor: number,
    recording: number,
    out: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): number {
    try {
      return readSync(descriptor, out, offset, length, position);
    } catch (error) {
      const { frameFile } = this.#recordings[recording];
      throw new DataError(`${frameFile}: ${reasonOf(error)}; check the disk the frame cache is on`);
    }
  }
}
