/**
 * What a foreign format is turned into before anything is written: logs, each a list of frames in the order in which
 * they were recorded, with a label and, where the format has it, a time. A reader (donkeycar.ts, udacity.ts,
 * comma2016.ts, images.ts) knows its format and nothing of recordings; what becomes of a log is said in
 * import-drives.ts.
 */
import { DataError } from '../../errors.ts';
import type { CropSpec } from '../frames/crop.ts';
import type { Steering, SteeringOptions } from './curvature.ts';

/** Height and width in pixels. */
export interface Size {
  height: number;
  width: number;
}

/** The pictures of a log, by their place in it. */
export interface FrameSource {
  /** The size in which they are stored. */
  size(): Promise<Size>;
  /**
   * @param size - what the frames are scaled to; without it a frame of another size than `size()` is an error
   * @returns frames first..first+count, uint8 [count,H,W,3], RGB
   */
  read(first: number, count: number, size?: Size): Promise<Uint8Array>;
  /**
   * Tries every frame.
   * @param onChecked - is told how many more were tried
   * @returns those that cannot be read, by their index
   */
  unreadable(onChecked: (frames: number) => void): Promise<Map<number, UnreadableFrame>>;
  /** From now on frame i is what frame `indices[i]` was; ascending. */
  keep(indices: readonly number[]): void;
  close(): void;
}

/** A frame that is there and cannot be read; its log may do without it. */
export class UnreadableFrame extends DataError {
  /** Which frame: a file’s path, or what stands for it. */
  readonly frame: string;
  readonly reason: string;

  constructor(frame: string, reason: string) {
    super(`${frame} cannot be read (${reason}); restore it, or go on without it: --skip_broken`);
    this.frame = frame;
    this.reason = reason;
  }
}

/** One log as it was found; it may hold several drives. N frames. */
export interface Log {
  /** Becomes the beginning of the recordings’ names. */
  name: string;
  /** [N] curvature in 1/m, positive to the left. */
  labels: Float64Array;
  /** [N] seconds, as recorded; undefined where the format has none. */
  times?: Float64Array;
  /** [N] the frame’s number when it was recorded: a jump says that frames in between are not used. */
  ordinals: Float64Array;
  /** [N] what the recorder called the session, where it did. */
  sessions?: (string | undefined)[];
  frames: FrameSource;
}

/** What a reader found, and what suits its format. */
export interface Source {
  logs: Log[];
  /** How angles became curvature; undefined where the log had curvature itself. */
  steering?: Steering;
  /** Frames a second where the times are absent or impossible. */
  nominalRate: number;
  /** The part of the picture that shows the road. */
  crop(size: Size): CropSpec;
  /** What was left out or assumed, one sentence each. */
  notes: string[];
}

/** What a reader may be told. */
export interface ReadOptions {
  steering: SteeringOptions;
  /** Leave out entries whose image is absent or cannot be read, instead of ending with an error. */
  skipMissing: boolean;
  /** Leave out whatever cannot be used: those, and records that are cut off or lack a number. */
  skipBroken: boolean;
  /** Whether images may lie outside the folder of their log, as a log from elsewhere can name any file. */
  follow?: boolean;
  /** `images`: the log, else the only one in the folder. */
  log?: string;
  /** `images`: the folder of the images, else the log’s own. */
  images?: string;
  /** `images`: role=column, …; see columns.ts. */
  columns?: string;
  /** `images`: unit of a time column. */
  timeUnit?: TimeUnit;
  /** `images`: the camera to keep where one column names several. */
  camera?: string;
}

/** Seconds in each unit. */
export const TIME_UNITS = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 } as const;
export type TimeUnit = keyof typeof TIME_UNITS;

/** The model’s input is 200 wide and 78 high (docs/pipeline.md §1); another shape would be stretched. */
const INPUT = { height: 78, width: 200 };

/**
 * The largest part of a picture with the shape of the model’s input.
 * @param middle - where its middle lies, 0 top to 1 bottom; moved as far as the picture’s edges demand
 */
export function wideCrop({ height, width }: Size, middle: number): CropSpec {
  const rows = Math.min(height, (width * INPUT.height) / INPUT.width) / height;
  const columns = Math.min(width, (height * INPUT.width) / INPUT.height) / width;
  const top = Math.min(Math.max(middle - rows / 2, 0), 1 - rows);
  const left = (1 - columns) / 2;
  return {
    left: thousandths(left),
    top: thousandths(top),
    right: thousandths(left + columns),
    bottom: thousandths(top + rows),
  };
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
