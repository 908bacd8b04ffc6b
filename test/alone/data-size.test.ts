/**
 * What a run costs does not depend on how much data there is: 40,000 cached frames (1.9 GB) against 2,000. The programs
 * alternate, so that a slow minute of the machine hits both; time is processor time.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CROP_BYTES } from '../../src/data/frames/crop.ts';
import { temporaryFolder } from '../e2e/command-line.ts';

const PROGRAM = join(import.meta.dirname, '../programs/train-cached.ts');
const RECORDING = 1000;

/** So many frames in recordings of {@link RECORDING}, each of one grey. @returns the file that describes them */
function cached(folder: string, frames: number): string {
  const recordings = Array.from({ length: frames / RECORDING }, (_, r) => {
    const frameFile = join(folder, `${r}.frames`);
    const file = openSync(frameFile, 'w');
    for (let n = 0; n < RECORDING; n++) writeSync(file, new Uint8Array(CROP_BYTES).fill((r + n) % 256));
    closeSync(file);
    return { name: `${r}.h5`, frames: RECORDING, fingerprint: `${r}`, digest: `${r}`, frameFile };
  });
  const file = join(folder, 'recordings.json');
  writeFileSync(file, JSON.stringify(recordings));
  return file;
}

it('peak memory within 0.4 GB for 1.8 GB more of frames, time of a step within 10 %', () => {
  const files = [2_000, 40_000].map((frames) => cached(temporaryFolder(), frames));
  const runs = files.map((): { peakMB: number; stepMs: number }[] => []);
  for (let round = 0; round < 3; round++) {
    for (const [n, file] of files.entries()) {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', 'tsx', PROGRAM, file, '40'],
        { encoding: 'utf8' },
      );
      expect(status, stderr).toBe(0);
      runs[n].push(JSON.parse(stdout));
    }
  }
  const least = (n: number, what: 'peakMB' | 'stepMs') => Math.min(...runs[n].map((run) => run[what]));
  const more = least(1, 'peakMB') - least(0, 'peakMB');
  const step = least(1, 'stepMs') / least(0, 'stepMs');
  console.log(
    `2,000 frames: ${least(0, 'peakMB').toFixed(0)} MB, ${least(0, 'stepMs').toFixed(0)} ms; 40,000: ` +
      `${least(1, 'peakMB').toFixed(0)} MB, ${least(1, 'stepMs').toFixed(0)} ms`,
  );
  // The peak of one and the same run is 0.57 or 0.87 GB, whichever of the two it is.
  expect(more, 'MB more at the peak, 40,000 frames to 2,000').toBeLessThan(400);
  expect(step, 'processor time of a step, 40,000 frames to 2,000').toBeLessThan(1.1);
});
