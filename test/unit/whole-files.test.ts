/**
 * What a command leaves is there whole or not at all: a file is written under another name, brought to disk and then given its own.
 * Reads the sources: whoever writes in place, or gives a name to what was not synced, has to stand here with the reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('backend'))
  .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));

/** Sources that write files by their final names, and why they may. */
const IN_PLACE: Readonly<Record<string, string>> = {
  'bags/column-file.ts': 'in a folder that has its name when it is whole',
  'bags/export.ts': 'in a folder that has its name when it is whole',
  'train/run/metrics-log.ts': 'a log grows row by row, each row synced',
  'train/tensorboard/event-file.ts': 'an event file grows record by record',
  'sweep/slurm/submit.ts': 'in a folder that a failed submission deletes; read once, by sbatch',
  'files/lock.ts': 'a lock has no content that could be half there',
};

it('is written under another name', () => {
  const writes =
    /\b(writeFile|writeFileSync|createWriteStream|toFile)\(\s*(?!temporary|this\.#temporary)[^)]/;
  const throughHandle = /\bfile\.writeFile\(/g; // of a file that was opened under a temporary name
  const found = SOURCES.filter(({ text }) => writes.test(text.replace(throughHandle, '')))
    .map(({ name }) => name)
    .filter((name) => !['files/temporary-file.ts', 'data/frames/frame-cache.ts'].includes(name)); // the mechanism, and its use
  expect(found.sort()).toEqual(
    Object.keys(IN_PLACE)
      .filter((name) => found.includes(name))
      .sort(),
  );
});

it('is brought to disk before it gets its name', () => {
  const renames = SOURCES.filter(({ text }) => /\b(rename|renameSync)\(/.test(text));
  expect(renames.length).toBeGreaterThan(3);
  const unsynced = renames.filter(({ text }) => !/\b(sync|syncAll|syncFolder|writeSynced)\(/.test(text));
  expect(unsynced.map(({ name }) => relative('.', name))).toEqual(['files/lock.ts']); // nothing that has to outlive a power cut
});
