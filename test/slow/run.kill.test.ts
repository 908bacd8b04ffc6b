/**
 * Small runs killed with −9 at random moments of their whole life (start, cropping, steps, validation, inside checkpoints) and
 * resumed, over and over until they finish: log, pointers and weights are then those of a run that was never interrupted.
 * The moments come from a seed, which is printed; NCP_KILL_SEED repeats them, NCP_KILLS takes another number of them.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isTemporaryName } from '../../src/files/whole-file.ts';
import { stream } from '../../src/random/stream.ts';
import { ncpTrain, start, temporaryFolder } from '../e2e/command-line.ts';
import { passiveFolder, passiveRun, resultsOf, writeRecordings } from '../tiny-runs.ts';

const KILLS = Number(process.env.NCP_KILLS ?? 50);
const SEED = Number(process.env.NCP_KILL_SEED ?? 20200413);

it(`killed ${KILLS} times, resumed runs give bit for bit what an uninterrupted one gives`, async () => {
  const data = await writeRecordings(temporaryFolder(), ['a', 'b', 'c']);
  const whole = temporaryFolder();
  const args = (folder: string) => passiveRun(data, folder, 'wm', '--epochs', '3', '--resume', 'auto');
  const started = performance.now();
  expect((await ncpTrain(args(whole))).status).toBe(0);
  const life = performance.now() - started;
  const expected = resultsOf(passiveFolder(whole, 'wm'));
  const draws = stream(SEED, 'kills');
  console.log(`seed ${SEED}; a whole run takes ${life.toFixed(0)} ms`);

  let kills = 0;
  let runs = 0;
  let withinCheckpoint = 0;
  while (kills < KILLS) {
    const folder = temporaryFolder();
    const run = passiveFolder(folder, 'wm');
    runs += 1;
    for (;;) {
      // Every other kill at any moment; the others as soon as a checkpoint is being written, after some delay.
      const moment = draws.uniform(0, life);
      const aims = kills % 2 === 1;
      const { child, ended } = start(args(folder));
      const killed = kills < KILLS && (await killAt(child, moment, aims ? run : undefined));
      const { status, stderr } = await ended;
      if (!killed || status !== null) {
        expect(status, stderr).toBe(0);
        break;
      }
      kills += 1;
      const inside = halfWritten(run);
      if (inside) withinCheckpoint += 1;
      console.log(
        `kill ${kills}: ${moment.toFixed(0)} ms${aims ? ', then a checkpoint' : ''}${inside ? ', inside' : ''}`,
      );
    }
    expect(resultsOf(run), `run ${runs}`).toEqual(expected);
  }
  console.log(`${kills} kills in ${runs} runs, ${withinCheckpoint} inside a checkpoint`);
  expect(withinCheckpoint).toBeGreaterThan(0);
});

/** @returns false if the process ended before */
async function killAt(
  child: ReturnType<typeof start>['child'],
  milliseconds: number,
  run: string | undefined,
): Promise<boolean> {
  const isOver = () => child.exitCode !== null;
  for (const end = performance.now() + milliseconds; performance.now() < end && !isOver(); ) await sleep(2);
  while (run !== undefined && !isOver() && !halfWritten(run)) await sleep(0);
  return !isOver() && child.kill('SIGKILL');
}

/** True while a checkpoint lies there under a temporary name. */
function halfWritten(run: string): boolean {
  const folder = join(run, 'checkpoints');
  return existsSync(folder) && readdirSync(folder).some(isTemporaryName);
}
