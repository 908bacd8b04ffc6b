/** What stands in an event file, for tests that compare runs: values and times are left to TensorBoard's own reader. */
import { closeSync, openSync } from 'node:fs';
import { eventHead } from '../src/train/tensorboard/event.ts';
import { wholeRecords } from '../src/train/tensorboard/records.ts';

/** First tag and step of every event, `loss/valid 0`; without the one that says the version. */
export function eventsIn(path: string): string[] {
  const file = openSync(path, 'r');
  try {
    const heads = Array.from(wholeRecords(file), ({ data }) => eventHead(data));
    return heads.filter((head) => !head?.isFileVersion).map((head) => `${head?.tag} ${head?.step}`);
  } finally {
    closeSync(file);
  }
}
