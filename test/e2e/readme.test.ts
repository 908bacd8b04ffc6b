/** The README's examples run as they stand there: the library's learns what it says, the commands for results print them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { makeRun } from '../made-runs.ts';
import { save, trainee } from '../programs/train-by-name.ts';
import { ENTRY, temporaryFolder } from './command-line.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The first code block after a comment. */
function blockAfter(comment: string): string {
  const from = README.indexOf(`<!-- ${comment} -->`);
  const block = /```\w*\n([\s\S]*?)```/.exec(README.slice(from));
  if (from < 0 || !block) throw new Error(`README.md has no code block after "${comment}"`);
  return block[1];
}

/** The losses printed, by epoch. */
function losses(output: string): [string, number][] {
  return Array.from(output.matchAll(/^epoch (\d+): loss ([\d.]+)$/gm), ([, epoch, loss]) => [
    epoch,
    Number(loss),
  ]);
}

it('the sine example ends below 0.02, with the output that the README shows', () => {
  // Inside the project, so that `ncp-train` and `@tensorflow/tfjs` are found as from any project that has them.
  const folder = mkdtempSync(join(ROOT, '.readme-'));
  try {
    writeFileSync(join(folder, 'sine.mjs'), blockAfter('example: sine'));
    const output = execFileSync(process.execPath, ['sine.mjs'], { cwd: folder, encoding: 'utf8' });
    const printed = losses(output);
    const shown = losses(blockAfter('output of: the example above'));
    expect(printed.map(([epoch]) => epoch)).toEqual(['100', '200', '300', '400']);
    expect(printed[3][1]).toBeLessThan(0.02);
    // Another processor rounds otherwise, and 400 updates make that visible; the course is the same.
    for (const [n, [epoch, loss]] of shown.entries()) {
      expect(Math.abs(printed[n][1] - loss), `loss of epoch ${epoch}`).toBeLessThan(0.02 + 0.3 * loss);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('the commands for results run, in a folder with runs', async () => {
  const folder = temporaryFolder();
  const sessions = join(folder, 'sessions');
  const log = [
    [3, 1, 2, 1],
    ['', '', 1, 1],
  ];
  for (const model of ['wm', 'lstm']) {
    for (const fold of [0, 1]) makeRun(sessions, { model, fold, log, final: [1, '', '', 1, 1, 2 + fold, 1] });
  }
  await useBackend('wasm');
  const active = makeRun(sessions, { model: 'lstm', log, final: [0, 3, 1, 2, 1] });
  for (const epoch of [0, 1]) await save(active, trainee(), epoch, 0, 'active');

  const block = blockAfter('commands: results').trimEnd().split('\n');
  const outputs = block.map((line) => {
    const [node, bin, ...args] = line.replace(/ +#.*/, '').split(' ');
    expect([node, bin]).toEqual(['node', 'bin/ncp-train.js']);
    return execFileSync(process.execPath, [ENTRY, ...args], { cwd: folder, encoding: 'utf8' });
  });
  expect(outputs).toHaveLength(5);
  expect(outputs[0]).toContain('finished');
  expect(outputs[2]).toContain('wm − lstm');
  expect(outputs[3]).toContain('lstm & ');
  expect(outputs[4]).toContain('epoch 0 has the least validation loss');
  expect(readdirSync(folder).sort()).toEqual(['curves.png', 'sessions']);
  expect(readdirSync(join(sessions, 'final_models', 'lstm_session'))).toContain('selected.json');
});

it('the commands for many runs plan what they say; running them takes days', () => {
  const folder = temporaryFolder();
  const block = blockAfter('commands: sweeps').trimEnd().split('\n');
  const plans = block.map((line) => {
    const [node, bin, ...args] = line.replace(/ +#.*/, '').split(' ');
    expect([node, bin]).toEqual(['node', 'bin/ncp-train.js']);
    return execFileSync(process.execPath, [ENTRY, ...args, '--dry_run'], { cwd: folder, encoding: 'utf8' });
  });
  expect(plans).toHaveLength(3);
  expect(plans[0].match(/^passive\/wm_session\/experiment_\d +not started/gm)).toHaveLength(10);
  expect(plans[1].match(/^passive\/(wm|lstm|cnn)_session\/experiment_\d +not started/gm)).toHaveLength(30);
  expect(plans[2]).toMatch(/^ncp-train sweep passive --models wm,lstm,/m);
  expect(readdirSync(folder)).toEqual([]);
});
