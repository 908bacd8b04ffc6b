/**
 * `data check`: reads everything in a folder of recordings and lists every defect. A defect never ends the list: what can
 * still be read of a recording, and all the others, are looked at too.
 */
import { join } from 'node:path';
import { NcpTrainError } from '../../errors.ts';
import { deviation, steps } from '../../text/statistics.ts';
import { type CropSpec, cropBox } from '../frames/crop.ts';
import { recordingsAt, resolveDataset } from '../recordings/dataset-config.ts';
import { type Defect, RecordingError } from '../recordings/defect.ts';
import { openRecording, type Recording } from '../recordings/recording.ts';
import { valueDefects } from '../recordings/recording-layout.ts';
import { timeWarnings } from '../recordings/time-faults.ts';
import { frameDefects } from './check-frames.ts';

export interface Checked {
  /** Path of the recording, or of a faulty `dataset.yaml`. */
  readonly file: string;
  /** Undefined where it cannot be opened. */
  readonly frames: number | undefined;
  readonly defects: readonly Defect[];
}

/**
 * @param path - folder of recordings, or one recording
 * @param onProgress - called after every block of frames, files in name order
 * @returns an entry for each recording, and one for a faulty `dataset.yaml`
 * @throws DataError where there is no such folder or file, or the folder holds no recordings
 */
export async function checkRecordings(
  path: string,
  onProgress: (file: string, framesDone: number, frames: number) => void = () => {},
): Promise<Checked[]> {
  const { dir, recordings } = recordingsAt(path);
  const checked: Checked[] = [];
  let crop: CropSpec | undefined;
  try {
    crop = (await resolveDataset(dir, {}, recordings)).crop;
  } catch (error) {
    if (!(error instanceof NcpTrainError)) throw error;
    const file = join(dir, 'dataset.yaml');
    const message = error.message.replace(`${file}: `, '');
    const remedy = 'See docs/data.md for its keys';
    checked.push({ file, frames: undefined, defects: [{ severity: 'error', file, message, remedy }] });
  }
  for (const file of recordings) {
    checked.push(await checkRecording(file, crop, (done, frames) => onProgress(file, done, frames)));
  }
  return checked;
}

/**
 * Lists what is wrong with one recording.
 * @param crop - that will be used; undefined: not looked at
 */
export async function checkRecording(
  file: string,
  crop: CropSpec | undefined,
  onProgress?: (framesDone: number, frames: number) => void,
): Promise<Checked> {
  let recording: Recording;
  try {
    recording = await openRecording(file, { anyValues: true });
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    return { file, frames: undefined, defects: error.defects };
  }
  try {
    const { frames, labels, timestamps } = recording.info;
    const defects = [
      ...valueDefects(file, labels, timestamps),
      ...columnWarnings(file, labels, timestamps),
      ...cropDefects(recording, crop),
      ...frameDefects(recording, onProgress),
    ];
    return { file, frames, defects };
  } finally {
    recording.close();
  }
}

/** What a drive may have, but seldom on purpose. */
function columnWarnings(file: string, labels: Float64Array, timestamps: Float64Array): Defect[] {
  const warnings: Defect[] = [];
  const between = steps(timestamps);
  const isBack = (step: number) => step < 0 && Number.isFinite(step);
  const count = between.filter(isBack).length;
  if (count > 0) {
    const index = between.findIndex(isBack) + 1;
    const message = `time goes back ${count === 1 ? 'once' : `${count} times`}, first by ${(-between[index - 1]).toFixed(3)} s`;
    const remedy = 'Sequences end there; check whether several drives were joined';
    warnings.push({ severity: 'warning', file, dataset: 'timestamp', index, count, message, remedy });
  }
  if (timestamps.every(Number.isFinite)) warnings.push(...timeWarnings(file, timestamps));
  if (labels.length > 1 && deviation(labels) === 0) {
    const message = `all labels are ${labels[0]}`;
    const remedy = 'There is nothing to learn here; check where the labels come from';
    warnings.push({ severity: 'warning', file, dataset: 'inverse_r', message, remedy });
  }
  return warnings;
}

function cropDefects({ info }: Recording, crop: CropSpec | undefined): Defect[] {
  try {
    if (crop !== undefined) cropBox(crop, info.height, info.width);
    return [];
  } catch (error) {
    const { message } = error as Error;
    const remedy = 'Change crop in dataset.yaml, or leave the recording out';
    return [{ severity: 'error', file: info.path, dataset: 'camera_front', message, remedy }];
  }
}
