/**
 * Pictures out of camera messages, as uint8 [H,W,3] RGB. Raw ones in the encodings of sensor_msgs/image_encodings; compressed
 * ones (JPEG, PNG) by sharp. Bayer mosaics are filled in bilinearly; of 16 bits the upper 8 are kept.
 */
import sharp from 'sharp';
import { numberOf } from './fields.ts';

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

/** A raw encoding: bytes a pixel, and the byte that is red, green, blue. */
interface Layout {
  readonly bytes: number;
  readonly rgb: readonly [number, number, number];
}

/** Of 16-bit encodings little-endian: the second byte is the upper one. OpenCV's names mean its order, BGR. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  rgb8: { bytes: 3, rgb: [0, 1, 2] },
  bgr8: { bytes: 3, rgb: [2, 1, 0] },
  '8UC3': { bytes: 3, rgb: [2, 1, 0] },
  rgba8: { bytes: 4, rgb: [0, 1, 2] },
  bgra8: { bytes: 4, rgb: [2, 1, 0] },
  '8UC4': { bytes: 4, rgb: [2, 1, 0] },
  mono8: { bytes: 1, rgb: [0, 0, 0] },
  '8UC1': { bytes: 1, rgb: [0, 0, 0] },
  mono16: { bytes: 2, rgb: [1, 1, 1] },
  '16UC1': { bytes: 2, rgb: [1, 1, 1] },
  rgb16: { bytes: 6, rgb: [1, 3, 5] },
  bgr16: { bytes: 6, rgb: [5, 3, 1] },
};

/** Where in each 2×2 block red and blue lie: row, column. */
const MOSAICS: Readonly<Record<string, { red: readonly [number, number]; blue: readonly [number, number] }>> =
  {
    bayer_rggb8: { red: [0, 0], blue: [1, 1] },
    bayer_bggr8: { red: [1, 1], blue: [0, 0] },
    bayer_gbrg8: { red: [1, 0], blue: [0, 1] },
    bayer_grbg8: { red: [0, 1], blue: [1, 0] },
  };

/** Two pixels in four bytes: where the two brightnesses and the two colours lie. */
const YUV: Readonly<Record<string, { y: number; u: number; v: number }>> = {
  yuv422: { y: 1, u: 0, v: 2 },
  uyvy: { y: 1, u: 0, v: 2 },
  yuv422_yuy2: { y: 0, u: 1, v: 3 },
  yuyv: { y: 0, u: 1, v: 3 },
};

export const ENCODINGS = [...Object.keys(LAYOUTS), ...Object.keys(MOSAICS), ...Object.keys(YUV)];

/**
 * @param fields - of sensor_msgs/Image or sensor_msgs/CompressedImage
 * @param size - to scale to; as it is without
 * @throws Error in words for an encoding that is not read, and for a picture that is not whole
 */
export async function pictureOf(
  fields: Readonly<Record<string, unknown>>,
  size?: PictureSize,
): Promise<Picture> {
  const picture = 'encoding' in fields ? rawPicture(fields) : await compressedPicture(fields);
  const { height, width, pixels } = picture;
  if (size === undefined || (size.height === height && size.width === width)) return picture;
  const scaled = await sharp(pixels, { raw: { height, width, channels: 3 } })
    .resize(size.width, size.height, { fit: 'fill' })
    .raw()
    .toBuffer();
  return { ...size, pixels: scaled };
}

async function compressedPicture({ format, data }: Readonly<Record<string, unknown>>): Promise<Picture> {
  if (/compressedDepth/.test(String(format))) throw new Error('it is a depth image (compressedDepth)');
  const { data: pixels, info } = await sharp(data as Uint8Array)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { height, width, channels } = info;
  return { height, width, pixels: channels === 3 ? pixels : repeated(pixels) };
}

/** [H,W,1] to [H,W,3] */
function repeated(grey: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: grey.length * 3 }, (_, i) => grey[Math.floor(i / 3)]);
}

function rawPicture(fields: Readonly<Record<string, unknown>>): Picture {
  const [height, width, step] = ['height', 'width', 'step'].map((name) => numberOf(fields[name]));
  const encoding = String(fields.encoding);
  const data = fields.data as Uint8Array;
  const raw: Raw = { height, width, step, data, high: fields.is_bigendian ? -1 : 0 };
  const layout = LAYOUTS[encoding];
  const bytes = layout?.bytes ?? (encoding in YUV ? 2 : 1);
  if (!layout && !(encoding in YUV) && !(encoding in MOSAICS)) {
    throw new Error(`the encoding "${encoding}" is not read; read are ${ENCODINGS.join(', ')}`);
  }
  if (
    !(height > 0 && width > 0 && step >= width * bytes) ||
    data.length < step * (height - 1) + width * bytes
  ) {
    throw new Error(
      `${data.length} bytes are no ${height}×${width} picture of ${encoding} with ${step} bytes a row`,
    );
  }
  const pixels = new Uint8Array(height * width * 3);
  if (layout) fromLayout(raw, layout, pixels);
  else if (encoding in YUV) fromYuv(raw, YUV[encoding], pixels);
  else fromMosaic(raw, MOSAICS[encoding], pixels);
  return { height, width, pixels };
}

interface Raw {
  readonly height: number;
  readonly width: number;
  /** Bytes a row. */
  readonly step: number;
  readonly data: Uint8Array;
  /** −1 where the upper byte of 16 bits comes first. */
  readonly high: number;
}

function fromLayout({ height, width, step, data, high }: Raw, { bytes, rgb }: Layout, out: Uint8Array): void {
  const shift = bytes === 2 || bytes === 6 ? high : 0;
  const [r, g, b] = rgb.map((at) => at + shift);
  for (let row = 0, o = 0; row < height; row++) {
    for (let i = row * step, end = i + width * bytes; i < end; i += bytes) {
      out[o++] = data[i + r];
      out[o++] = data[i + g];
      out[o++] = data[i + b];
    }
  }
}

/** ITU-R BT.601, full range: R = Y + 1.402 V, G = Y − 0.344 U − 0.714 V, B = Y + 1.772 U, U and V about 128. */
function fromYuv(
  { height, width, step, data }: Raw,
  at: { y: number; u: number; v: number },
  out: Uint8Array,
): void {
  const clamped = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length);
  for (let row = 0, o = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const i = row * step + (column >> 1) * 4;
      const y = data[i + at.y + (column & 1) * 2];
      const [u, v] = [data[i + at.u] - 128, data[i + at.v] - 128];
      clamped[o++] = y + 1.402 * v;
      clamped[o++] = y - 0.344136 * u - 0.714136 * v;
      clamped[o++] = y + 1.772 * u;
    }
  }
}

/** Each colour that a pixel lacks is the mean of those of its neighbours (3×3) that have it. */
function fromMosaic(
  { height, width, step, data }: Raw,
  { red, blue }: { red: readonly [number, number]; blue: readonly [number, number] },
  out: Uint8Array,
): void {
  const is = ([r, c]: readonly [number, number], row: number, column: number) =>
    (row & 1) === r && (column & 1) === c;
  const colourAt = (row: number, column: number) =>
    is(red, row, column) ? 0 : is(blue, row, column) ? 2 : 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [sum, count] = [
        [0, 0, 0],
        [0, 0, 0],
      ];
      for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
        for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
          const colour = colourAt(r, c);
          sum[colour] += data[r * step + c];
          count[colour]++;
        }
      }
      const own = colourAt(row, column);
      [sum[own], count[own]] = [data[row * step + column], 1];
      for (let k = 0; k < 3; k++)
        out[(row * width + column) * 3 + k] = Math.round(sum[k] / Math.max(1, count[k]));
    }
  }
}
