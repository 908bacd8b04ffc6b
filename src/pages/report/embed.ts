/**
 * Pictures inside the page, as data URIs of `<img>`: a browser runs no script in such an SVG and fetches nothing for it, and
 * names inside one picture do not meet those of another. Each is decoded first, so that a damaged file is named instead of
 * shown broken. All together stay below a limit.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { escaped, paragraph } from './html.ts';

export interface Picture {
  readonly file: string;
  /** Why it is not on the page. */
  readonly fault?: string;
}

/** An SVG above this gives way to a smaller PNG of the same, bytes. */
const LARGE_SVG = 1_500_000;

export class Embedder {
  /** Every picture that was asked for. */
  readonly pictures: Picture[] = [];
  readonly #limit: number;
  #used = 0;

  /** @param limit - bytes of all pictures together, as they stand in the page */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * @param files - the same picture in several forms, the one that is preferred first
   * @returns a figure, or a sentence for each form why there is none
   */
  async figure(files: readonly string[]): Promise<string> {
    const faults: Picture[] = [];
    for (const file of await inOrder(files)) {
      try {
        const figure = await this.#embed(await readFile(file), file);
        this.pictures.push({ file });
        return figure;
      } catch (error) {
        faults.push({ file, fault: faultOf(error) });
      }
    }
    this.pictures.push(...faults);
    return faults.map(({ file, fault }) => paragraph(`${file}: ${fault}`, 'warning')).join('\n');
  }

  /** A picture that was drawn for the page. @param svg - its text @param name - that stands below it */
  async drawn(svg: string, name: string): Promise<string> {
    try {
      return await this.#embed(Buffer.from(svg), name);
    } catch (error) {
      return paragraph(`${name}: ${faultOf(error)}`, 'warning');
    }
  }

  /** @throws Error with the reason in words */
  async #embed(bytes: Buffer, name: string): Promise<string> {
    const isPng = extname(name).toLowerCase() === '.png';
    const { width, height } = await decoded(bytes, isPng ? 'png' : 'svg');
    const text = bytes.toString('base64');
    if (this.#used + text.length > this.#limit) {
      const size = `${megabytes(bytes.length)} MB`;
      throw new Error(
        `left out (${size}): the pictures together would be above ${megabytes(this.#limit)} MB (--max-mb)`,
      );
    }
    this.#used += text.length;
    const type = isPng ? 'image/png' : 'image/svg+xml';
    const alternative = escaped(basename(name).replace(/\.\w+$/, ''));
    return (
      `<figure><img src="data:${type};base64,${text}" alt="${alternative}" width="${width}" height="${height}" />` +
      `<figcaption>${escaped(name)}</figcaption></figure>`
    );
  }
}

/** Also of pictures that end too early: their last lines are decoded too. */
async function decoded(bytes: Buffer, format: 'svg' | 'png'): Promise<{ width: number; height: number }> {
  const { default: sharp } = await import('sharp');
  let found: string | undefined;
  try {
    const picture = sharp(bytes, { failOn: 'truncated' });
    const { width, height, format: is } = await picture.metadata();
    found = is;
    await picture.resize(1, 1).raw().toBuffer();
    if (is === format) return { width, height };
  } catch {
    throw new Error(`cannot be read as ${format.toUpperCase()}; make it anew`);
  }
  throw new Error(`is no ${format.toUpperCase()} but ${found}; make it anew`);
}

async function inOrder(files: readonly string[]): Promise<readonly string[]> {
  if (files.length < 2) return files;
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const isLarge = sizes[0] > LARGE_SVG && sizes[1] > 0 && sizes[1] < sizes[0];
  return isLarge ? files.toReversed() : files;
}

function faultOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `cannot be read (${code})`;
}

const megabytes = (bytes: number) => Number((bytes / 1e6).toPrecision(2));
