/**
 * Pictures out of camera messages, as uint8 [H,W,3] RGB. Raw ones in the encodings of sensor_msgs/image_encodings; compressed
 * ones (JPEG, PNG) by sharp. Bayer mosaics are filled in, also where a JPEG or PNG holds one; of 16 bits the upper 8 are kept,
 * unless the camera is known to fill fewer.
 */

import sharp from 'sharp';
import { oversizePicture } from '../../files/limits.ts';
import { numberOf } from '../read/fields.ts';
import { filledIn, MOSAIC_ENCODINGS, mosaicOf } from './mosaic.ts';
import { narrowed, type RawPicture } from './raw-picture.ts';
import { YUV, type YuvRange, yuvRow, yuvToRgb } from './yuv.ts';

export interface Picture {
  readonly height: number;
  readonly width: number;
  /** [H,W,3], RGB */
  readonly pixels: Uint8Array;
}

export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

export interface PictureReading {
  /** To scale to; undefined: as it is. */
  readonly size?: PictureSize;
  /** Of YUV encodings. */
  readonly yuvRange?: YuvRange;
  /** Of encodings of 16 bits: how many the camera fills, from the lowest; undefined: all. */
  readonly bits?: number;
}

/** A raw encoding: its channels, which of them are red, green, blue, and the bytes of each. */
interface Layout {
  readonly channels: number;
  readonly rgb: readonly [number, number, number];
  readonly bytes: 1 | 2;
}

/** OpenCV's names mean its order, BGR. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  rgb8: { channels: 3, rgb: [0, 1, 2], bytes: 1 },
  bgr8: { channels: 3, rgb: [2, 1, 0], bytes: 1 },
  '8UC3': { channels: 3, rgb: [2, 1, 0], bytes: 1 },
  rgba8: { channels: 4, rgb: [0, 1, 2], bytes: 1 },
  bgra8: { channels: 4, rgb: [2, 1, 0], bytes: 1 },
  '8UC4': { channels: 4, rgb: [2, 1, 0], bytes: 1 },
  mono8: { channels: 1, rgb: [0, 0, 0], bytes: 1 },
  '8UC1': { channels: 1, rgb: [0, 0, 0], bytes: 1 },
  mono16: { channels: 1, rgb: [0, 0, 0], bytes: 2 },
  '16UC1': { channels: 1, rgb: [0, 0, 0], bytes: 2 },
  rgb16: { channels: 3, rgb: [0, 1, 2], bytes: 2 },
  bgr16: { channels: 3, rgb: [2, 1, 0], bytes: 2 },
  '16UC3': { channels: 3, rgb: [2, 1, 0], bytes: 2 },
  rgba16: { channels: 4, rgb: [0, 1, 2], bytes: 2 },
  bgra16: { channels: 4, rgb: [2, 1, 0], bytes: 2 },
  '16UC4': { channels: 4, rgb: [2, 1, 0], bytes: 2 },
};

export const ENCODINGS = [...Object.keys(LAYOUTS), ...MOSAIC_ENCODINGS, ...Object.keys(YUV)];

type Fields = Readonly<Record<string, unknown>>;

/** `rgb8` of a raw picture, `rgb8; jpeg compressed bgr8` of a compressed one. */
export const encodingOf = ({ encoding, format }: Fields) => String(encoding ?? format).trim();

/**
 * @param fields - of sensor_msgs/Image or sensor_msgs/CompressedImage
 * @throws Error in words for an encoding that is not read, and for a picture that is not whole
 */
export async function pictureOf(fields: Fields, reading: PictureReading = {}): Promise<Picture> {
  const { size, yuvRange = 'full', bits = 16 } = reading;
  const isRaw = 'encoding' in fields;
  const picture = isRaw ? fromRaw(fields, yuvRange, bits) : await decompressed(fields, bits);
  const { height, width, pixels } = picture;
  if (size === undefined || (size.height === height && size.width === width)) return picture;
  const scaled = await sharp(pixels, { raw: { height, width, channels: 3 } })
    .resize(size.width, size.height, { fit: 'fill' })
    .raw()
    .toBuffer();
  return { ...size, pixels: scaled };
}

/** The size is looked at here, with a limit that can be raised. */
const UNLIMITED = { limitInputPixels: false } as const;

/** What image_transport compressed is said before the semicolon of `bayer_rggb8; jpeg compressed`. */
async function decompressed(fields: Fields, bits: number): Promise<Picture> {
  const format = encodingOf(fields);
  if (/compressedDepth/.test(format)) throw new Error('it is a depth image (compressedDepth)');
  const data = fields.data as Uint8Array;
  const {
    channels: stored,
    depth,
    ...claimed
  } = await sharp(data, UNLIMITED)
    .metadata()
    .catch((error: Error) => Promise.reject(new Error(notAPicture(format, data, error))));
  const mosaic = mosaicOf(format.split(';')[0].trim())?.mosaic;
  // A mosaic is stored as grey values; what has colours was filled in before it was compressed.
  const isMosaic = mosaic !== undefined && stored === 1;
  const claim = oversizePicture(claimed);
  if (claim !== undefined) throw new Error(claim);
  const image = isMosaic ? sharp(data, UNLIMITED) : sharp(data, UNLIMITED).autoOrient();
  const is16Bit = depth === 'ushort';
  const space = is16Bit ? (stored < 3 ? 'grey16' : 'rgb16') : 'srgb';
  const { data: bytes, info } = await image
    .removeAlpha()
    .toColourspace(space)
    .raw({ depth: is16Bit ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { height, width, channels } = info;
  const whole = { height, width, step: bytes.length / height, data: bytes, isBigEndian: false };
  const { data: samples } = is16Bit ? narrowed(whole, bits) : whole;
  if (!isMosaic) return { height, width, pixels: channels === 3 ? samples : repeated(samples) };
  const grey = samples.filter((_, i) => i % channels === 0);
  const pixels = new Uint8Array(height * width * 3);
  filledIn({ height, width, step: width, data: grey, isBigEndian: false }, mosaic, pixels);
  return { height, width, pixels };
}

function notAPicture(format: string, data: Uint8Array, error: Error): string {
  if (!/unsupported image format/.test(error.message)) return error.message;
  const start = Buffer.from(data.subarray(0, 4)).toString('hex');
  return `of the format "${format}" only JPEG and PNG pictures are read; it begins with ${start}`;
}

/** [H,W,1] to [H,W,3] */
function repeated(grey: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(grey.length * 3);
  for (const [i, value] of grey.entries()) pixels.fill(value, 3 * i, 3 * i + 3);
  return pixels;
}

/**
 * The rows of a raw picture, checked to be whole.
 * @throws Error in words for an encoding that is not read, and for a picture that is not whole
 */
export function rowsOf(fields: Fields): RawPicture {
  const [height, width, step] = ['height', 'width', 'step'].map((name) => numberOf(fields[name]));
  const encoding = encodingOf(fields);
  const data = fields.data as Uint8Array;
  if (!ENCODINGS.includes(encoding)) {
    throw new Error(`the encoding "${encoding}" is not read; read are ${ENCODINGS.join(', ')}`);
  }
  const row = encoding in YUV ? yuvRow(width) : width * pixelBytes(encoding);
  if (!(height > 0 && width > 0 && step >= row) || data.length < step * (height - 1) + row) {
    throw new Error(
      `${data.length} bytes are no ${height}×${width} picture of ${encoding} with ${step} bytes a row`,
    );
  }
  return { height, width, step, data, isBigEndian: Boolean(fields.is_bigendian) };
}

function pixelBytes(encoding: string): number {
  const { channels, bytes } = LAYOUTS[encoding] ?? { channels: 1, bytes: mosaicOf(encoding)?.bytes ?? 1 };
  return channels * bytes;
}

function fromRaw(fields: Fields, yuvRange: YuvRange, bits: number): Picture {
  const whole = rowsOf(fields);
  const { height, width } = whole;
  const encoding = encodingOf(fields);
  const pixels = new Uint8Array(height * width * 3);
  if (encoding in YUV) {
    yuvToRgb(whole, YUV[encoding], yuvRange, pixels);
    return { height, width, pixels };
  }
  const mosaic = mosaicOf(encoding);
  const { bytes } = mosaic ?? LAYOUTS[encoding];
  const raw = bytes === 2 ? narrowed(whole, bits) : whole;
  if (mosaic !== undefined) filledIn(raw, mosaic.mosaic, pixels);
  else fromLayout(raw, LAYOUTS[encoding], pixels);
  return { height, width, pixels };
}

/** @param raw - a byte a channel */
function fromLayout(
  { height, width, step, data }: RawPicture,
  { channels, rgb: [r, g, b] }: Layout,
  out: Uint8Array,
): void {
  for (let row = 0, o = 0; row < height; row++) {
    for (let i = row * step, end = i + width * channels; i < end; i += channels) {
      out[o++] = data[i + r];
      out[o++] = data[i + g];
      out[o++] = data[i + b];
    }
  }
}
