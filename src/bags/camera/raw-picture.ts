/** Rows of bytes as a camera message has them, and samples of 16 bits among them brought to 8. */

export interface RawPicture {
  readonly height: number;
  readonly width: number;
  /** Bytes a row. */
  readonly step: number;
  readonly data: Uint8Array;
  /** The upper byte of 16 bits comes first. */
  readonly isBigEndian: boolean;
}

/**
 * @param raw - of samples of 16 bits
 * @param bits - that the camera fills, from the lowest: a camera of 12 bits may leave the upper 4 empty; 8 to 16
 * @returns the same rows with the upper 8 of those bits; what goes beyond them is white
 */
export function narrowed(raw: RawPicture, bits: number): RawPicture {
  const { height, step, data } = raw;
  const samples = step >> 1;
  const [upper, lower] = raw.isBigEndian ? [0, 1] : [1, 0];
  const narrow = new Uint8ClampedArray(samples * height);
  for (let row = 0, o = 0; row < height; row++) {
    for (let i = row * step; o < (row + 1) * samples; i += 2) {
      narrow[o++] = ((data[i + upper] << 8) | data[i + lower]) >> (bits - 8);
    }
  }
  return { ...raw, step: samples, data: new Uint8Array(narrow.buffer), isBigEndian: false };
}
