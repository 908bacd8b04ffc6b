import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { reasonOf } from './reason.ts';

it('says why a file cannot be read, without its path, which the sentence has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reason-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const reason = (path: string) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      return reasonOf(error);
    }
  };
  expect(reason(join(folder, 'absent'))).toBe('it is not there (ENOENT)');
  expect(reason(folder)).toBe('it is a folder (EISDIR)');
  expect(reason(join(folder, 'x'.repeat(300)))).toBe('name too long (ENAMETOOLONG)');
  expect(reasonOf(new SyntaxError('line 3: a colon is missing'))).toBe('line 3: a colon is missing');
});
