/**
 * What a command leaves is there whole or not at all: src/files/whole-file.ts writes it under another name, brings it to disk and then
 * gives it its own. Reads the sources: whoever writes in place, or renames by itself, has to stand here with the reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'files/whole-file.ts')
  .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));

const found = (pattern: RegExp) =>
  SOURCES.filter(({ text }) => pattern.test(text))
    .map(({ name }) => name)
    .sort();

/** Sources that write files, and why they may. */
const WRITERS: Readonly<Record<string, string>> = {
  'backend/graph/program.ts': 'a folder of its own, read once and deleted',
  'backend/install.ts': 'in the folder of an install under way',
  'backend/install/compiler.ts': 'in the folder of an install under way',
  'backend/install/package.ts': 'in the folder of an install under way',
  'bags/column-file.ts': 'in a folder that has its name when it is whole',
  'bags/export.ts': 'in a folder that has its name when it is whole',
  'data/frames/frame-cache.ts': 'through a descriptor of a temporary file',
  'files/growing-file.ts': 'through the handle of a temporary file',
  'files/lock.ts': 'a lock has no content that could be half there',
  'files/npy.ts': 'in a folder that has its name when it is whole',
  'reproduction/run-steps.ts': 'the output of a step, as it comes',
  'sweep/local.ts': 'the output of a run, as it comes',
  'train/run/metrics-log.ts': 'a log grows row by row, each row synced',
  'train/run/run-log.ts': 'a log grows line by line',
  'train/run/select-checkpoint.ts': 'in a folder that has its name when it is whole',
  'train/tensorboard/event-file.ts': 'an event file grows record by record',
};

it('nothing else writes a file', () => {
  const writes =
    /\b(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|toFile|cp|cpSync|copyFile|copyFileSync)\(|\bopen(?:Sync)?\([^)]*'[wa]x?\+?'/;
  expect(found(writes)).toEqual(Object.keys(WRITERS));
});

/** Sources that rename what they made, and why that need not outlive a power cut, or does. */
const RENAMERS: Readonly<Record<string, string>> = {
  'backend/install/folder.ts': 'an install that is not whole is made anew',
  'backend/install/package.ts': 'within the folder of an install under way',
  'files/lock.ts': 'nothing that has to outlive a power cut',
  'train/run/checkpoint.ts': 'a folder whose files are synced, then itself',
  'train/run/run-folder.ts': 'a folder whose files are synced, then itself',
};

it('nothing else gives a file its name', () => {
  expect(found(/\b(?:rename|renameSync)\(/)).toEqual(Object.keys(RENAMERS));
});
