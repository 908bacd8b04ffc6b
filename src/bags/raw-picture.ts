/** Rows of bytes as a camera message has them, and the colours that they are turned into. */

export interface RawPicture {
  readonly height: number;
  readonly width: number;
  /** Bytes a row. */
  readonly step: number;
  readonly data: Uint8Array;
  /** The upper byte of 16 bits comes first. */
  readonly isBigEndian: boolean;
}
