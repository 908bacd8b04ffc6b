/** Drives as Udacity’s simulator leaves them: `driving_log.csv` and `IMG/`, a frame each 66 ms. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { temporaryFolder } from './foreign-drives.ts';

/** Steering of frame i, −1..1. */
export const steeringAt = (i: number) => Number((0.6 * Math.sin(i / 9)).toFixed(6));

/** The label of a steering: ±25°, a wheelbase of 2.7 m, positive to the left. */
export const labelOf = (steering: number) => -Math.tan((25 * steering * Math.PI) / 180) / 2.7;

/** Names of the pictures of a drive that began at this hour. */
export function pictureNames(frames: number, hour = 10): string[] {
  const two = (value: number) => String(value).padStart(2, '0');
  return Array.from({ length: frames }, (_, i) => {
    const ms = String((i % 15) * 66).padStart(3, '0');
    return `center_2020_01_01_${hour}_00_${two(Math.floor(i / 15))}_${ms}.jpg`;
  });
}

/** Writes log and pictures; all pictures are alike. */
export async function writeSimulatorDrive(log: string | Buffer, names: readonly string[]): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'IMG'));
  const create = { height: 8, width: 16, channels: 3 as const, background: 'green' };
  const picture = await sharp({ create }).jpeg().toBuffer();
  for (const name of names) writeFileSync(join(folder, 'IMG', name), picture);
  writeFileSync(join(folder, 'driving_log.csv'), log);
  return folder;
}
