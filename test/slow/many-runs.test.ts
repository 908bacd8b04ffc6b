/** Twenty runs at once in one sessions folder with one cache lose nothing; two that want the same run do not share it. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';
import { passiveRun, resultsOf, writeRecordings } from '../tiny-runs.ts';

it('twenty at once give what each gives alone', async () => {
  const data = await writeRecordings(temporaryFolder(), ['a', 'b', 'c']);
  const [alone, folder] = [temporaryFolder(), temporaryFolder()];
  const args = (sessions: string, fold: number, name: string) =>
    passiveRun(data, sessions, 'vanilla', '--epochs', '1', '--experiment_id', `${fold}`, '--base_path', name);
  const wanted = [];
  for (const fold of [0, 1, 2]) {
    expect((await ncpTrain(args(alone, fold, 'one'))).status).toBe(0);
    wanted.push(resultsOf(join(alone, `passive/vanilla_one/experiment_${fold}`)));
  }
  const runs = Array.from({ length: 20 }, (_, n) => ({ fold: n % 3, name: `s${Math.floor(n / 3)}` }));
  const ended = await Promise.all(runs.map(({ fold, name }) => ncpTrain(args(folder, fold, name))));
  for (const [n, { fold, name }] of runs.entries()) {
    expect(ended[n].status, ended[n].stderr).toBe(0);
    expect(resultsOf(join(folder, `passive/vanilla_${name}/experiment_${fold}`)), `${name} ${fold}`).toEqual(
      wanted[fold],
    );
  }
});

it('of two that start the same run one trains and one is refused with status 2', async () => {
  const data = await writeRecordings(temporaryFolder(), ['a', 'b', 'c']);
  const folder = temporaryFolder();
  const both = await Promise.all(
    [0, 1].map(() => ncpTrain(passiveRun(data, folder, 'vanilla', '--epochs', '3'))),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([0, 2]);
  expect(both.find(({ status }) => status === 2)?.stderr).toMatch(/is in use by process|is there already/);
});
