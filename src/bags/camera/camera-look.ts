/**
 * What a camera's pictures are, by the first of them: size and encoding, and of YUV ones the range of brightness, which no
 * message says.
 */
import { UsageError } from '../../errors.ts';
import type { Bag, BagMessage } from '../read/bag.ts';
import { encodingOf, type PictureReading, pictureOf, rowsOf } from './picture.ts';
import { countBrightness, rangeOf, YUV, type YuvRange } from './yuv.ts';

export interface CameraLook {
  readonly topic: string;
  readonly encoding: string;
  readonly height?: number;
  readonly width?: number;
  /** Of YUV encodings: how they are read. */
  readonly yuvRange?: YuvRange;
  /** What should be known about how they are read, or why they are not, in words. */
  readonly remark?: string;
}

const SIXTEEN_BITS = /^(16UC\d|[a-z_]+16)\b/;
/** Pictures that are looked at for their brightness. */
const LOOKED_AT = 100;

/**
 * @param named - what the user said of the pictures
 * @returns undefined for a topic without messages
 * @throws DataError for a bag that is damaged where its first pictures are; UsageError for what says nothing of such pictures
 */
export async function lookThrough(
  bag: Bag,
  topic: string,
  named: Pick<PictureReading, 'yuvRange' | 'bits'> = {},
): Promise<CameraLook | undefined> {
  const { yuvRange } = named;
  const counts = new Float64Array(256);
  let look: CameraLook | undefined;
  let seen = 0;
  for await (const message of bag.messages([topic])) {
    if (look === undefined) refuseUnused(topic, message.fields, named);
    look ??= await firstLook(message, named.bits);
    const layout = YUV[look.encoding];
    if (layout === undefined) return look;
    if (yuvRange !== undefined) {
      return { ...look, yuvRange, remark: `${yuvRange} range, as --yuv_range says` };
    }
    if (encodingOf(message.fields) === look.encoding) countIfWhole(message, layout, counts);
    if (++seen === LOOKED_AT) break;
  }
  return look && { ...look, ...(counts.some((count) => count > 0) ? told(counts, seen) : {}) };
}

function refuseUnused(
  topic: string,
  fields: BagMessage['fields'],
  { yuvRange, bits }: Pick<PictureReading, 'yuvRange' | 'bits'>,
): void {
  const encoding = encodingOf(fields);
  const are = `the pictures of ${topic} are ${encoding}`;
  if (yuvRange !== undefined && !(encoding in YUV)) {
    throw new UsageError(`--yuv_range: ${are}; it is of ${Object.keys(YUV).join(', ')} only`);
  }
  // A PNG may have 16 bits whatever its format says.
  if (bits !== undefined && 'encoding' in fields && !SIXTEEN_BITS.test(encoding)) {
    throw new UsageError(`--bits: ${are}; it is of pictures of 16 bits only`);
  }
}

async function firstLook({ topic, fields }: BagMessage, bits?: number): Promise<CameraLook> {
  const encoding = encodingOf(fields);
  try {
    const { height, width, pixels } = await pictureOf(fields);
    const remark = remarkOn(encoding, pixels, bits);
    return { topic, encoding, height, width, ...(remark === undefined ? {} : { remark }) };
  } catch (error) {
    return { topic, encoding, remark: `the first picture cannot be read: ${(error as Error).message}` };
  }
}

/** Of the kinds of 16 bits, which cameras fill in different ways. @param pixels - their upper 8 */
function remarkOn(encoding: string, pixels: Uint8Array, bits?: number): string | undefined {
  if (!SIXTEEN_BITS.test(encoding)) return undefined;
  if (bits !== undefined) return `of which the camera fills ${bits} bits, as --bits says`;
  if (encoding.startsWith('16UC1')) {
    return 'by convention a depth in mm (ROS REP 118), of which the upper 8 bits are taken for grey';
  }
  const highest = pixels.reduce((a, b) => Math.max(a, b), 0);
  const filled = [10, 12, 14].find((n) => highest < 2 ** (n - 8));
  if (filled === undefined) return undefined;
  return (
    `of which the upper 8 bits are kept, but the first picture fills the lower ${filled} only: of a camera of ` +
    `${filled} bits, --bits ${filled} keeps the levels`
  );
}

/** A picture that is not whole is counted and told where it is read. */
function countIfWhole({ fields }: BagMessage, layout: (typeof YUV)[string], counts: Float64Array): void {
  try {
    countBrightness(rowsOf(fields), layout, counts);
  } catch {
    // It says nothing about the others.
  }
}

function told(counts: Float64Array, seen: number): Pick<CameraLook, 'yuvRange' | 'remark'> {
  const range = rangeOf(counts);
  const first = seen === 1 ? 'the first picture' : `the first ${seen} pictures`;
  const why = {
    full: `full range: the brightness of ${first} leaves studio range, 16 to 235`,
    studio: `studio range: the brightness of ${first} fills 16 to 235 and stays inside`,
    undecided:
      `full range, 0 to 255, but studio range, 16 to 235, is as likely: the brightness of ${first} keeps to the middle; ` +
      'say which it is: --yuv_range studio or full',
  }[range ?? 'undecided'];
  return { yuvRange: range ?? 'full', remark: why };
}

/** In one line, for people. */
export function lookText({ topic, encoding, height, width, remark }: CameraLook): string {
  const size = height === undefined ? '' : `${height}×${width}, `;
  return `${topic}: ${size}${encoding}${remark === undefined ? '' : `, ${remark}`}`;
}
