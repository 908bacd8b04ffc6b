/** Frames and saliency maps as small WebP pictures. */
import { CROP_HEIGHT, CROP_WIDTH } from '../../data/frames/crop.ts';

/** Of the maps: half of what the model sees, which loses nothing that VisualBackprop's blurred maps have. */
const MAP_WIDTH = CROP_WIDTH / 2;
const MAP_HEIGHT = CROP_HEIGHT / 2;
const MAP_QUALITY = 40;

export interface PictureFormat {
  /** Pixels; the height follows. A frame is never enlarged. */
  readonly width: number;
  /** 1..100 */
  readonly quality: number;
}

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** Of the pictures that {@link framePicture} makes. */
export function pictureSize(frame: FrameSize, { width }: PictureFormat): FrameSize {
  const small = Math.min(width, frame.width);
  return { width: small, height: Math.max(1, Math.round((frame.height * small) / frame.width)) };
}

/** @param rgb - [height,width,3] @returns WebP, base64 */
export async function framePicture(
  rgb: Uint8Array,
  frame: FrameSize,
  format: PictureFormat,
): Promise<string> {
  const { default: sharp } = await import('sharp');
  const { width, height } = pictureSize(frame, format);
  const picture = await sharp(rgb, { raw: { width: frame.width, height: frame.height, channels: 3 } })
    .resize(width, height, { fit: 'fill' })
    .webp({ quality: format.quality })
    .toBuffer();
  return picture.toString('base64');
}

/** @param map - [78,200], 0..1 @returns WebP in grey, base64 */
export async function mapPicture(map: Float32Array): Promise<string> {
  const { default: sharp } = await import('sharp');
  const grey = Uint8Array.from(map, (value) => Math.round(255 * value));
  const picture = await sharp(grey, { raw: { width: CROP_WIDTH, height: CROP_HEIGHT, channels: 1 } })
    .resize(MAP_WIDTH, MAP_HEIGHT, { fit: 'fill' })
    .webp({ quality: MAP_QUALITY })
    .toBuffer();
  return picture.toString('base64');
}
