/** The pictures of a drive, decoded when they are shown; some of those seen last are kept. */
import { bytesOf } from './series.ts';

const KEPT = 48;

export class PictureStrip {
  readonly #lines: readonly string[];
  /** In the order in which they were asked for. */
  readonly #decoded = new Map<number, Promise<ImageBitmap>>();

  /** @param text - of a block: a line of base64 for each picture */
  constructor(text: string) {
    this.#lines = text.split('\n').filter((line) => line !== '');
  }

  get length(): number {
    return this.#lines.length;
  }

  /** @param number - of the picture, within the strip */
  picture(number: number): Promise<ImageBitmap> {
    const decoded =
      this.#decoded.get(number) ??
      createImageBitmap(new Blob([bytesOf(this.#lines[number])], { type: 'image/webp' }));
    this.#decoded.delete(number);
    this.#decoded.set(number, decoded);
    if (this.#decoded.size > KEPT) {
      const [[oldest, bitmap]] = this.#decoded;
      this.#decoded.delete(oldest);
      bitmap.then((one) => one.close()).catch(() => {});
    }
    return decoded;
  }
}
