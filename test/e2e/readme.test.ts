/** The README's library example runs as it stands there, from a folder of its own, and learns what it says. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

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
