/** The page about runs and analyses written by hand: what is on it, what is not and why, and that it needs nothing else. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type MadeRun, makeArchivePassive, makeRun } from '../../../test/made-runs.ts';
import { malformations } from '../../../test/well-formed.ts';
import { DataError } from '../../errors.ts';
import { ANALYSES } from './catalogue.ts';
import { escaped } from './html.ts';
import { type ReportRequest, writeReport } from './report.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'report-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const LOG = [
  [8, 1, 6, 1],
  [4, 1, 3, 1],
];
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><script>alert(1)</script><rect width="9" height="9"/></svg>';

const passive = (model: string, fold: number, more: Partial<MadeRun> = {}) =>
  makeRun(join(root, 'sessions'), { model, fold, log: LOG, final: [1, 4, 1, 3, 1, 2, 1], ...more });

async function report(folder: string, more: Partial<ReportRequest> = {}) {
  const commands = new Set(ANALYSES.map(({ command }) => command));
  const request = { folder, with: [], limit: 5e7, commands, version: '1.2.3', now: new Date(0) };
  const result = await writeReport({ ...request, ...more });
  const page = readFileSync(result.file, 'utf8');
  expect(malformations(page)).toEqual([]);
  // Nothing is fetched: the only addresses are data, places on the page, and the name of the language.
  const addresses = page.match(/\s(?:src|href)=.{0,20}|url\(.{0,20}/g) ?? [];
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.filter((one) => !/^ (src="data:image\/|href="#)/.test(one))).toEqual([]);
  expect(page.replaceAll('http://www.w3.org/1999/xhtml', '')).not.toMatch(/https?:|<script|<link|<iframe/);
  return { result, page };
}

/** Files by name in a folder of analyses. */
function outputs(name: string, files: Record<string, string | Buffer>): string {
  const folder = join(root, 'analyses', name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

const png = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();

/** Text of the table's cells below a heading, a row an array. */
function tableBelow(page: string, heading: string): string[][] {
  const body = /<tbody>(.*?)<\/tbody>/s.exec(page.slice(page.indexOf(heading)))?.[1] ?? '';
  return body
    .split('</tr>')
    .map((row) => Array.from(row.matchAll(/<td[^>]*>(.*?)<\/td>/gs), ([, cell]) => cell));
}

test('a run: changed options first, then all; curves, results; every analysis with its command', async () => {
  const run = passive('wm', 0, { options: { lr: 0.001, seq_len: 8, a_new_one: 'x<y' } });
  const { page, result } = await report(run);
  expect(result.file).toBe(join(run, 'report.html'));
  const differing = tableBelow(page, 'Other than by default');
  const values = Object.fromEntries(
    differing.map(([option, value, fallback]) => [option, [value, fallback]]),
  );
  expect(values.lr).toEqual(['0.001', '0.0005']);
  expect(values.seq_len).toEqual(['8', '16']);
  expect(values.a_new_one).toEqual(['x&lt;y', 'not an option of this version']);
  expect(values.epochs).toEqual(['2', '50']);
  expect(Object.keys(values)).not.toContain('crop');
  expect(tableBelow(page, 'All options').length).toBeGreaterThan(40);
  expect(page.match(/data:image\/svg\+xml/g)).toHaveLength(2);
  expect(tableBelow(page, 'passive: mean').find(([model]) => model === 'wm')).toContain('4.00');
  expect(page).toContain(`ncp-train analyse wiring ${run} --out FOLDER`);
  expect(page).toContain(`ncp-train analyse pca ${run} RECORDING --out FOLDER`);
  expect(result.sections.filter(({ made }) => !made).map(({ id }) => id)).toEqual(
    ANALYSES.map(({ id }) => id),
  );
});

test('several runs: who has which value; what is unfinished, damaged or of the published scripts is said', async () => {
  for (const fold of [0, 1]) passive('lstm', fold);
  passive('gru', 0, { options: { lr: 0.002 } });
  const going = passive('gru', 1, { state: 'running', final: undefined });
  const damaged = passive('gru', 2);
  writeFileSync(join(damaged, 'run.json'), '{"state": "fin');
  makeArchivePassive(join(root, 'sessions'), 'ctrnn_old', 0, LOG, [1, 4, 1, 3, 1, 2, 1]);
  const { page, result } = await report(join(root, 'sessions'));
  expect(result.runs).toHaveLength(6);
  const lr = tableBelow(page, 'Other than by default').find(([option]) => option === 'lr');
  expect(lr?.slice(0, 3)).toEqual(['lr', '0.002 (gru fold 0), 0.0005 (gru fold 1, 2, lstm)', '0.0005']);
  expect(page).toContain(`${damaged}: run.json is damaged`);
  expect(page).toContain('gru fold 1 does not count: interrupted');
  expect(tableBelow(page, '<h2>Runs').find(([name]) => going.endsWith(name))?.[3]).toBe('interrupted');
  expect(page).toContain('These runs do not record their options');
  // A wiring only wm has.
  expect(result.sections.map(({ id }) => id)).not.toContain('wiring');
});

test('a run without a whole epoch has a page too', async () => {
  const run = passive('wm', 0, { state: 'stopped', log: [], final: undefined });
  const { page, result } = await report(run);
  expect(page).toContain('No run has a whole epoch to draw yet');
  expect(result.sections.find(({ id }) => id === 'curves')?.made).toBe(false);
});

test('analyses are found by their files, here and in the given folders; facts fill in the command', async () => {
  const run = passive('wm', 0);
  mkdirSync(join(run, 'pca'));
  writeFileSync(
    join(run, 'pca', 'components.csv'),
    'model,component,variance\nwm,1,0.12345678901234\n<b>,2,3\n',
  );
  writeFileSync(join(run, 'pca', 'explained.svg'), SVG);
  writeFileSync(join(run, 'pca', 'explained.png'), await png());
  const saliency = outputs('my saliency', {
    'saliency.json': JSON.stringify({ checkpoint: 'best', recording: 'a drive.h5', frames: 20 }),
    'saliency.npy': 'x'.repeat(2000),
  });
  mkdirSync(join(saliency, 'overlays'));
  for (let n = 0; n < 20; n++)
    writeFileSync(join(saliency, 'overlays', `${String(n).padStart(6, '0')}.png`), await png());
  const { page, result } = await report(run, { with: [join(root, 'analyses')] });
  const frames = [0, 4, 8, 11, 15, 19].map((n) =>
    join(saliency, 'overlays', `${String(n).padStart(6, '0')}.png`),
  );
  expect(result.pictures).toEqual([...frames, join(run, 'pca', 'explained.svg')]);
  expect(page).toContain('20 pictures, of which 6 are shown');
  expect(page).toContain(escaped(`ncp-train saliency best 'a drive.h5' --overlays --out '${saliency}'`));
  expect(page).toContain('saliency.npy: 2.0 kB');
  expect(tableBelow(page, 'components.csv')).toEqual([['wm', '1', '0.123457'], ['&lt;b&gt;', '2', '3'], []]);
  // The picture is there as it was, and cannot act: an image runs no script.
  expect(page).toContain(`<img src="data:image/svg+xml;base64,${Buffer.from(SVG).toString('base64')}"`);
  expect(result.left_out).toEqual([]);
});

test('a drive’s own record gives its command, and the columns that tell most are shown', async () => {
  const run = passive('wm', 0);
  const drives = outputs('drives', {
    'metrics.json': JSON.stringify({
      models: [{ checkpoint: 'a b' }, { checkpoint: 'driver' }],
      options: { out: 'x', noise: '0,0.1', runs: 2, video: true, overlay: '', light: null },
      seconds: 49.394011172,
      groups: Array(200).fill(1),
    }),
    'metrics.csv': 'model,crashes,crashes_std,notes\nwm,3,0.5,none\n',
    'wm_noise0_run01.png': await png(),
    'wm_noise0_run01.h5': '',
  });
  const { page, result } = await report(run, { with: [drives] });
  expect(result.sections.find(({ id }) => id === 'drives')?.commands).toEqual([
    `ncp-train drive 'a b' driver --compare --out ${drives} --noise 0,0.1 --runs 2 --video`,
  ]);
  expect(result.pictures).toEqual([join(drives, 'wm_noise0_run01.png')]);
  expect(tableBelow(page, 'metrics.csv: 2 of 4 columns')[0]).toEqual(['wm', '3']);
  expect(page).not.toContain('[1,1');
  expect(tableBelow(page, '<h2>Test drives')).toContainEqual(['seconds', '49.394']);
});

test('what cannot be shown is named with the reason, and the other form of a picture is taken', async () => {
  const run = passive('wm', 0);
  const picture = await png();
  const folder = outputs('lipschitz', {
    'lipschitz.csv': '',
    'lipschitz-trace.svg': '<svg',
    'lipschitz-trace.png': picture,
    'lipschitz-jacobian.png': picture.subarray(0, picture.length - 30),
    'holiday.png': picture,
  });
  const replay = outputs('replay', { 'replay.json': '[1' });
  const { page, result } = await report(run, { with: [join(root, 'analyses')] });
  expect(result.pictures).toEqual([join(folder, 'lipschitz-trace.png')]);
  expect(result.left_out).toEqual([
    { file: join(folder, 'lipschitz-jacobian.png'), fault: 'cannot be read as PNG; make it anew' },
    { file: join(folder, 'holiday.png'), fault: 'no analysis is known by this name' },
  ]);
  for (const text of [
    `${folder}/lipschitz.csv: is empty`,
    `${replay}/replay.json: cannot be read as JSON`,
    'holiday.png',
  ]) {
    expect(page).toContain(text);
  }
});

test('above the limit pictures are left out, and said to be', async () => {
  const run = passive('wm', 0);
  const folder = outputs('wiring', { 'synapses.csv': 'a\n', 'wiring.svg': SVG });
  const { page, result } = await report(run, { with: [folder], limit: 100 });
  expect(page).not.toContain('<img');
  expect(result.left_out).toEqual([
    { file: join(folder, 'wiring.svg'), fault: expect.stringContaining('--max-mb') },
  ]);
  expect(page).toContain('curves.svg: left out');
});

test('a command that this version lacks is not recommended', async () => {
  const { page } = await report(passive('wm', 0), { commands: new Set(['analyse pca']) });
  expect(page).toContain('this version has no ncp-train replay');
  expect(page).not.toContain('ncp-train replay ');
});

test('folders without runs, and folders that are not there', async () => {
  mkdirSync(join(root, 'empty'));
  await expect(report(join(root, 'empty'))).rejects.toThrow(DataError);
  const run = passive('wm', 0);
  await expect(report(run, { with: [join(root, 'nowhere')] })).rejects.toThrow('--with');
  await expect(report(run, { with: [join(run, 'run.json')] })).rejects.toThrow('is no folder');
});

test('characters that no page may hold are replaced', () => {
  expect(escaped('a\u0000<b> "c" & \'d\' 𝛼')).toBe('a\uFFFD&lt;b&gt; &quot;c&quot; &amp; &#39;d&#39; 𝛼');
});
