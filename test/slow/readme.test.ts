/** The README's commands that take minutes, word for word: drives are made, and a model is trained and tested on them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ENTRY, temporaryFolder } from '../e2e/command-line.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

it('the commands of "Train" run one after the other in an empty folder', () => {
  const cwd = temporaryFolder();
  const block =
    /<!-- commands: train -->\n```sh\n([\s\S]*?)```/.exec(README)?.[1].trimEnd().split('\n') ?? [];
  expect(block).toHaveLength(2);
  for (const line of block) {
    const [node, bin, ...args] = line.split(' ');
    expect([node, bin]).toEqual(['node', 'bin/ncp-train.js']);
    const env = { ...process.env, XDG_CACHE_HOME: join(cwd, 'cache') };
    const { status, stderr } = spawnSync(process.execPath, [ENTRY, ...args], { cwd, env, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  }
  const final = readFileSync(join(cwd, 'sessions/passive/lstm_session/experiment_4/final.csv'), 'utf8');
  expect(final.trimEnd().split('\n')[1]).toMatch(/^[0-2](,\d[\d.e-]*){6}$/);
});
