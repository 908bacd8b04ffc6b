/**
 * What can be wrong with a recording, as data: `data check` lists it, everything else throws the errors among it.
 */
import { DataError } from '../../errors.ts';

export interface Defect {
  /** An error makes the recording unusable; with a warning it can be used. */
  readonly severity: 'error' | 'warning';
  /** Path of the recording. */
  readonly file: string;
  readonly dataset?: string;
  /** Of the first frame concerned. */
  readonly index?: number;
  /** Frames concerned, where that is known. */
  readonly count?: number;
  /** What was seen. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** `drive.h5: inverse_r[17]: 3 values are not finite, the first is NaN. Mend …` */
export function defectText({ file, dataset, index, message, remedy }: Defect): string {
  const where = dataset === undefined ? '' : `${dataset}${index === undefined ? '' : `[${index}]`}: `;
  return `${file}: ${where}${message}. ${remedy}`;
}

/** A recording that cannot be used, with all that is wrong with it as far as it was looked at. */
export class RecordingError extends DataError {
  readonly defects: readonly Defect[];

  constructor(...defects: Defect[]) {
    super(defects.map(defectText).join('\n  '));
    this.defects = defects;
  }
}
