/** Places to write to are checked before work is done, and made when it is. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { makeRun } from '../../test/made-runs.ts';
import { DataError, UsageError } from '../errors.ts';
import { outFile as fileField, outFolder as folderField } from '../options/fields.ts';
import { main } from './main.ts';
import { makeFolderOf, requirePlaces } from './out-path.ts';

const places = z.strictObject({ page: fileField.open(), out: folderField.open() });
const outFile = (page: string) => requirePlaces(places, { page });
const outFolder = (out: string) => requirePlaces(places, { out });

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'out-'));
  writeFileSync(join(root, 'file'), '');
});
afterAll(() => rmSync(root, { recursive: true }));

it('a folder that is not there will do, and is made for the file only', () => {
  const path = join(root, 'new', 'deeper', 'page.html');
  outFile(path);
  outFolder(join(root, 'new'));
  expect(existsSync(join(root, 'new'))).toBe(false);
  makeFolderOf(path);
  expect(existsSync(join(root, 'new', 'deeper'))).toBe(true);
});

it('folders for files, files for folders, and places below a file are refused', () => {
  expect(() => outFile(root)).toThrow(UsageError);
  expect(() => outFolder(join(root, 'file'))).toThrow(UsageError);
  expect(() => outFile(join(root, 'file', 'page.html'))).toThrow(DataError);
  expect(() => outFolder(join(root, 'file', 'below'))).toThrow(/file is a file, not a folder/);
});

it('a command makes the folder of its file', async () => {
  makeRun(root, { model: 'wm', fold: 0, log: [[1, 1, 1, 1]], final: [0, 1, 1, 1, 1] });
  const page = join(root, 'pages', 'report.html');
  expect(await main(['report', root, '--out', page, '--json'])).toBe(0);
  expect(existsSync(page)).toBe(true);
});
