/** `report` on the built command: the page, which files there are afterwards, and what is said of bad input. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRun } from '../made-runs.ts';
import { malformations } from '../well-formed.ts';
import { ncpTrain, temporaryFolder } from './command-line.ts';

const LOG = [
  [6, 1.5, 5, 1.4],
  [3, 1.25, 4, 1.2],
];
const filesOf = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

test('a page about a run with the wiring that another command drew, and nothing else is written', async () => {
  const root = temporaryFolder();
  const run = makeRun(root, { model: 'wm', fold: 0, log: LOG, final: [1, 3, 1, 4, 1, 5, 1] });
  const wiring = join(root, 'wiring');
  expect((await ncpTrain(['analyse', 'wiring', '--wiring', 'small', '--out', wiring])).status).toBe(0);
  const before = filesOf(root);
  const { status, stdout, stderr } = await ncpTrain(['report', run, '--with', wiring]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const file = join(run, 'report.html');
  expect(stdout).toContain(`${file}: 1 run, 1 picture of analyses`);
  expect(stdout).toContain('on it: Runs, Configuration, Learning curves, Results, Wiring');
  expect(stdout).toContain(`  ncp-train analyse pca ${run} RECORDING --out FOLDER`);
  expect(filesOf(root)).toEqual([...before, 'passive/wm_session/experiment_0/report.html'].sort());
  const page = readFileSync(file, 'utf8');
  expect(malformations(page)).toEqual([]);
  const drawn = readFileSync(join(wiring, 'wiring.svg')).toString('base64');
  expect(page).toContain(`src="data:image/svg+xml;base64,${drawn}"`);
  expect(page).toContain(`ncp-train analyse wiring CHECKPOINT --out ${wiring}`);
});

test('of a folder with runs, somewhere else, as JSON', async () => {
  const root = temporaryFolder();
  const runs = [0, 1].map((fold) => makeRun(join(root, 's'), { model: 'lstm', fold, log: LOG }));
  const out = join(root, 'page.html');
  const { stdout, stderr } = await ncpTrain(['report', join(root, 's'), '--out', out, '--json']);
  expect(stderr).toBe('');
  const result = JSON.parse(stdout);
  expect(Object.keys(result)).toEqual([
    'file',
    'bytes',
    'runs',
    'sections',
    'pictures',
    'left_out',
    'warnings',
  ]);
  expect(result).toMatchObject({ file: out, runs, pictures: [], left_out: [], warnings: [] });
  expect(result.bytes).toBe(readFileSync(out).length);
  expect(result.sections[4]).toMatchObject({ id: 'drives', made: false });
  expect(readdirSync(root).sort()).toEqual(['page.html', 's']);
});

test('bad input: status and message, and no page', async () => {
  const root = temporaryFolder();
  const run = makeRun(join(root, 's'), { model: 'lstm', fold: 0, log: LOG });
  const before = filesOf(root);
  for (const [args, exit, message] of [
    [[join(root, 'nowhere')], 3, 'no runs below'],
    [[run, '--with', join(root, 'nowhere')], 3, 'there is no such folder'],
    [[run, '--out', join(run, 'run.json', 'page.html')], 3, 'run.json is a file, not a folder'],
    [[run, '--max-mb', '0'], 2, 'expected a number above 0'],
  ] as const) {
    const { status, stdout, stderr } = await ncpTrain(['report', ...args]);
    expect([status, stdout, stderr]).toEqual([exit, '', expect.stringContaining(message)]);
    expect(stderr).not.toContain('    at ');
  }
  expect(filesOf(root)).toEqual(before);
});
