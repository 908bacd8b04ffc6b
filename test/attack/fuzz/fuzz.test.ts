/**
 * Every reader of files gets damaged ones, drawn from a seed: each ends in a value, or in an error of this program's classes that
 * names the file or its folder. No other error, no word of a stack, nothing that does not end.
 *
 * NCP_FUZZ: draws for each reader, 100 by default; NCP_FUZZ_SEED: other ones; NCP_FUZZ_KEEP: a folder for inputs that fail.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../../src/backend/choose.ts';
import { NcpTrainError } from '../../../src/errors.ts';
import { stream } from '../../../src/random/stream.ts';
import { folderOfFile } from '../../e2e/command-line.ts';
import { mutated } from './mutate.ts';
import { READERS, type Reader } from './readers.ts';

const DRAWS = Number(process.env.NCP_FUZZ ?? 100);
const SEED = Number(process.env.NCP_FUZZ_SEED ?? 20200413);
const KEEP = process.env.NCP_FUZZ_KEEP;
const SOURCE = fileURLToPath(new URL('../../../src/', import.meta.url));

const parent = folderOfFile();
const total = { draws: 0, values: 0, refusals: 0 };
beforeAll(() => useBackend('wasm'));
afterAll(() =>
  console.log(
    `${READERS.length} readers, ${total.draws} draws: ${total.values} values, ${total.refusals} refusals`,
  ),
);

/** What is wrong with how a reader ended; undefined for an error in our words. */
function wrongWith(error: unknown, folder: string, file: string): string | undefined {
  if (!(error instanceof NcpTrainError)) return `another class: ${(error as Error)?.stack ?? error}`;
  if (!error.message.includes(folder) && !error.message.includes(basename(file)))
    return `no file is named: ${error.message}`;
  return /\n {4}at /.test(error.message) ? `a stack: ${error.message}` : undefined;
}

describe.each(READERS)('$name', ({ name, make, file, grammar, read }: Reader) => {
  const folder = join(parent, name.replaceAll(' ', '-'));
  let whole: Buffer;
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    await make(folder);
    whole = readFileSync(join(folder, file));
  });

  it('reads what is whole', async () => {
    await read(folder);
  });

  it(`${DRAWS} damaged: a value, or an error that names the file`, async () => {
    const wrong: string[] = [];
    for (let draw = 0; draw < DRAWS; draw++) {
      writeFileSync(join(folder, file), mutated(whole, grammar, stream(SEED, name, draw)));
      total.draws++;
      try {
        await read(folder);
        total.values++;
      } catch (error) {
        total.refusals++;
        const fault = wrongWith(error, folder, file);
        if (fault === undefined) continue;
        wrong.push(`draw ${draw}: ${fault}`);
        if (KEEP)
          copyFileSync(join(folder, file), join(KEEP, `${basename(folder)}-${draw}-${basename(file)}`));
      }
    }
    writeFileSync(join(folder, file), whole);
    expect(wrong.slice(0, 5), `${wrong.length} of ${DRAWS}`).toEqual([]);
  });
});

it('every file of the source that has the door of readers is tried by one of these', () => {
  const doors = (readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }) as string[])
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) =>
      /^import .*\breading(Each)?\b.*\/reading\.ts';$/m.test(readFileSync(join(SOURCE, path), 'utf8')),
    );
  const tried = new Set(READERS.flatMap(({ doors }) => doors));
  expect(doors.filter((path) => !tried.has(basename(path)))).toEqual([]);
  expect([...tried].filter((name) => !doors.some((path) => basename(path) === name))).toEqual([]);
});
