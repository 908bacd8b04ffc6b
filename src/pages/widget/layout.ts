/**
 * How numbers and pictures lie in the page: what data-blocks.ts writes and page/drive-data.ts reads. A drive is a block of JSON
 * ({@link PageDrive}) and, before it, a block for its frames, unless an earlier drive has the same, and one for its saliency maps, a line of base64 for each WebP picture, so that the
 * page can be written as the frames come. Arrays are base64 too, little-endian.
 */

/** Of a block, in its attribute `data-part`. */
export type Part = 'frames' | 'maps' | 'drive';

/** A curve of steering. */
export interface PageCurve {
  /** In the legend. */
  readonly name: string;
  /** Whether it is the model's; else who drove. */
  readonly isModel: boolean;
  /** float32 [N], curvature in 1/km, positive to the left; NaN where it is not known. */
  readonly values: string;
}

export interface PageNeurons {
  /** [U] */
  readonly names: readonly string[];
  /** float32 [U], the least and the largest value of each. */
  readonly low: string;
  readonly high: string;
  /** uint16 [N,U]: level · (high − low) / {@link TOP} + low; {@link NO_NUMBER} for what is not finite. */
  readonly levels: string;
}

/** Part of a picture, as fractions of its width and height. */
export interface PageBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface PageDrive {
  /** `wm`, where that is not enough with a number. */
  readonly title: string;
  /** Lines below it: noise, files. */
  readonly facts: readonly string[];
  /** Drives of the same words stand side by side. */
  readonly group: string;
  /** N */
  readonly frames: number;
  /** Of the first of them, in the recording. */
  readonly first: number;
  /** float32 [N], s from the recording's start, growing. */
  readonly times: string;
  /** The drive in whose block its frames are: another's where both are of one recording. */
  readonly framesOf: number;
  /** Every so many frames there is a picture: picture p is of frame p·every. */
  readonly every: number;
  readonly width: number;
  readonly height: number;
  /** What of the picture the model sees; undefined where nobody knows. */
  readonly view?: PageBox;
  readonly hasMaps: boolean;
  readonly curves: readonly PageCurve[];
  /** uint8 [N], 1 where the model drove. */
  readonly autonomous?: string;
  /** Frames, from 0 of those here: the first after each crash; and those before which the recording has a gap. */
  readonly crashes: readonly number[];
  readonly gaps: readonly number[];
  readonly neurons?: PageNeurons;
  /** What is not there and why, a sentence each. */
  readonly remarks: readonly string[];
}

/** The highest level of a number, and what stands for none. */
export const TOP = 65534;
export const NO_NUMBER = 65535;
