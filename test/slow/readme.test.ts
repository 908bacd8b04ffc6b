/** The README's commands that take minutes, word for word: drives are made, a model is trained and tested on them, and drives. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ENTRY, temporaryFolder } from '../e2e/command-line.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The lines of the code block after a comment. */
function linesAfter(comment: string): string[] {
  const block = new RegExp(`<!-- ${comment} -->\n\`\`\`sh\n([\\s\\S]*?)\`\`\``).exec(README);
  return block?.[1].trimEnd().split('\n') ?? [];
}

it('the commands of "Train" and "Drive" run one after the other in an empty folder', () => {
  const cwd = temporaryFolder();
  const blocks = ['commands: train', 'commands: drive'].map(linesAfter);
  expect(blocks.map(({ length }) => length)).toEqual([2, 2]);
  for (const line of blocks.flat()) {
    const [node, bin, ...args] = line.replace(/ +#.*/, '').split(' ');
    expect([node, bin]).toEqual(['node', 'bin/ncp-train.js']);
    const env = { ...process.env, XDG_CACHE_HOME: join(cwd, 'cache') };
    const { status, stderr } = spawnSync(process.execPath, [ENTRY, ...args], { cwd, env, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  }
  const final = readFileSync(join(cwd, 'sessions/passive/lstm_session/experiment_4/final.csv'), 'utf8');
  expect(final.trimEnd().split('\n')[1]).toMatch(/^[0-2](,\d[\d.e-]*){6}$/);
  expect(readFileSync(join(cwd, 'drives/metrics.csv'), 'utf8')).toMatch(/^model,noise,[\s\S]*\nlstm,0,mean,/);
  expect(existsSync(join(cwd, 'widget.html'))).toBe(true);
});
