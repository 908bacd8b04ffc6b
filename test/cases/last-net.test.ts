/**
 * What is wrong with a file is told in one message with its name, whatever reads it; the stack is shown with --debug only.
 * Each of these damages once ended in a stack, with status 1.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ncpTrain, temporaryFolder } from '../e2e/command-line.ts';

const STACK = /\n {4}at /;

it('a tub’s manifest with values of other types, with and without --debug', async () => {
  const tub = join(temporaryFolder(), 'tub');
  mkdirSync(tub);
  const manifest = join(tub, 'manifest.json');
  writeFileSync(manifest, '[]\n{}\n{"paths": [7], "deleted_indexes": 3}\n');
  const args = ['data', 'import', 'donkeycar', tub, '--out', join(tub, '..', 'out')];
  const [plain, debug] = await Promise.all([ncpTrain(args), ncpTrain([...args, '--debug'])]);
  for (const { status, stderr } of [plain, debug]) {
    expect(status).toBe(3);
    expect(stderr).toContain(manifest);
  }
  expect(plain.stderr).not.toMatch(STACK);
  expect(debug.stderr).toMatch(STACK);
});
