/** The part of `data check` that reads every frame: those that cannot be read, are of one colour, or repeat another. */
import { type Defect, RecordingError } from '../recordings/defect.ts';
import type { Recording } from '../recordings/recording.ts';

/**
 * @param onProgress - called after every block of frames
 * @returns at most one defect of each kind, with the first frame and their number
 */
export function frameDefects(
  recording: Recording,
  onProgress: (framesDone: number, frames: number) => void = () => {},
): Defect[] {
  const unreadable: RecordingError[] = [];
  const constant: number[] = [];
  const repeated: number[] = [];
  const previous = Buffer.alloc(frameBytes(recording));
  let last = -1;
  for (const [index, frame] of readableFrames(recording, unreadable, onProgress)) {
    if (isConstant(frame)) constant.push(index);
    else if (last === index - 1 && previous.equals(frame)) repeated.push(index);
    frame.copy(previous);
    last = index;
  }
  const file = recording.info.path;
  const defects: Defect[] = [];
  const listed = (severity: Defect['severity'], indices: number[], is: string, remedy: string) => {
    if (indices.length === 0) return;
    const [index, count] = [indices[0], indices.length];
    const message =
      count === 1 ? `this frame ${is}` : `${count} frames, of which this is the first: it ${is}`;
    defects.push({ severity, file, dataset: 'camera_front', index, count, message, remedy });
  };
  if (unreadable.length > 0) {
    const [first] = unreadable[0].defects;
    const others = unreadable.length > 1 ? `, and ${unreadable.length - 1} later frames likewise` : '';
    defects.push({ ...first, count: unreadable.length, message: `${first.message}${others}` });
  }
  listed('error', constant, 'is of one colour', 'Cut such frames out of all datasets; the camera was off');
  listed(
    'warning',
    repeated,
    'is the same as the one before',
    'Check whether the camera was slower than the times say',
  );
  return defects;
}

const frameBytes = ({ info }: Recording) => info.height * info.width * 3;

/** Frames in order, as views of one buffer; what cannot be read is left out and its errors are collected. */
function* readableFrames(
  recording: Recording,
  unreadable: RecordingError[],
  onProgress: (framesDone: number, frames: number) => void,
): Generator<[number, Buffer]> {
  const { frames } = recording.info;
  const bytes = frameBytes(recording);
  const buffer = Buffer.alloc(recording.framesAtOnce * bytes);
  const read = (first: number, count: number) => {
    try {
      recording.readFrames(first, count, buffer);
      return true;
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      if (count === 1) unreadable.push(error);
      return false;
    }
  };
  for (let first = 0; first < frames; first += recording.framesAtOnce) {
    const count = Math.min(recording.framesAtOnce, frames - first);
    if (read(first, count)) {
      for (let n = 0; n < count; n++) yield [first + n, buffer.subarray(n * bytes, (n + 1) * bytes)];
    } else {
      for (let n = first; n < first + count; n++) if (read(n, 1)) yield [n, buffer.subarray(0, bytes)];
    }
    onProgress(first + count, frames);
  }
}

/** Whether all pixels are the same. */
function isConstant(frame: Buffer): boolean {
  return frame.subarray(3).equals(frame.subarray(0, frame.length - 3));
}
