/** A CSV file of numbers that grows row by row, in pieces; it has its name when it is whole. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { drained } from './drained.ts';
import { adoptFile, temporaryPath, writeFailure } from './durable.ts';

export class RowFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #stream: WriteStream;
  #failure: Error | undefined;

  /** @param header - the names of the columns */
  constructor(path: string, header: readonly string[]) {
    this.path = path;
    this.#temporary = temporaryPath(path);
    this.#stream = createWriteStream(this.#temporary);
    this.#stream.on('error', (error) => {
      this.#failure ??= error;
    });
    this.#stream.write(`${header.join(',')}\n`);
  }

  /** @param rows - lines without their ends @throws DataError if they cannot be written */
  async add(rows: readonly string[]): Promise<void> {
    if (this.#failure) throw writeFailure(this.path, this.#failure);
    if (rows.length > 0 && !this.#stream.write(`${rows.join('\n')}\n`)) {
      await drained(this.#stream);
    }
  }

  /** @throws DataError if the file cannot be written */
  async finish(): Promise<void> {
    try {
      this.#stream.end();
      await finished(this.#stream);
      await adoptFile(this.#temporary, this.path);
    } catch (error) {
      await this.abandon();
      throw writeFailure(this.path, this.#failure ?? error);
    }
  }

  /** Instead of `finish`, after a failure. */
  async abandon(): Promise<void> {
    this.#stream.destroy();
    await rm(this.#temporary, { force: true });
  }
}

/** A float32 in as many digits as tell it from its neighbours. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(9)));
}

/** Rows of a matrix [n,width] as lines. */
export function matrixLines(values: Float32Array, width: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < values.length; at += width) {
    lines.push(Array.from(values.subarray(at, at + width), digits).join(','));
  }
  return lines;
}
