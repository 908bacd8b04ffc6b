/** The folder of test drives: what is called how, and that nothing is overwritten unasked. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, UsageError } from '../errors.ts';
import { reasonOf } from '../text/reason.ts';

/** Of a drive of a model at a noise level, without ending; runs count from 1. */
export function driveName(label: string, noise: number, run: number): string {
  return `${label}_noise${noise}_run${String(run + 1).padStart(2, '0')}`;
}

const DRIVE_FILE = /_noise[\d.]+_run\d+\.(h5|mp4|png)$/;
const OTHERS = ['metrics.csv', 'metrics.json', 'crashes.svg', 'crashes.png'];
const isOurs = (name: string) => DRIVE_FILE.test(name) || OTHERS.includes(name);

/**
 * Makes the folder.
 * @param force - deletes the drives that are there; nothing else
 * @throws UsageError where there are drives already, or the folder is a file
 * @throws DataError where it cannot be made
 */
export function prepareFolder(out: string, force: boolean): void {
  const status = existsSync(out) ? statSync(out) : undefined;
  if (status !== undefined && !status.isDirectory()) {
    throw new UsageError(`--out ${out}: this is a file; give a folder`);
  }
  const there = status === undefined ? [] : readdirSync(out).filter(isOurs);
  if (there.length > 0 && !force) {
    throw new UsageError(
      `--out ${out}: there are drives already (${there[0]}${there.length > 1 ? `, and ${there.length - 1} more files` : ''}); ` +
        'give another folder, or --force to delete them',
    );
  }
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new DataError(`--out ${out} cannot be made: ${reasonOf(error)}`);
  }
  for (const name of there) rmSync(join(out, name), { force: true });
}

/**
 * @param bytes - that will be written, about
 * @throws DataError where the disk has no room for them
 */
export async function requireRoom(out: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(out);
  if (bytes <= bavail * bsize) return;
  const gigabytes = (count: number) => `${(count / 1e9).toFixed(1)} GB`;
  throw new DataError(
    `${out}: the frames need up to ${gigabytes(bytes)} and ${gigabytes(bavail * bsize)} are free. ` +
      'Give another folder, or keep fewer frames with --record first or none, or a smaller --size',
  );
}

/** A label for each model: its name, numbered where several have the same. */
export function labelsOf(models: readonly string[]): string[] {
  return models.map((model, n) => {
    const before = models.slice(0, n).filter((one) => one === model).length;
    return before === 0 ? model : `${model}-${before + 1}`;
  });
}
