/** `ncp-train results`: see src/results/results.ts. */
import { DataError } from '../errors.ts';
import { resultsOptions } from '../options/commands/runs.ts';
import { requirePicture, writeCurves } from '../results/curves.ts';
import {
  resultsAsCsv,
  resultsAsJson,
  resultsAsLatex,
  resultsAsMarkdown,
  resultsAsText,
} from '../results/formats.ts';
import { readResults } from '../results/results.ts';
import { print } from '../terminal.ts';
import { defineCommand, formatFaults } from './command.ts';
import { severalOr } from './operands.ts';
import { makeFolderOf } from './out-path.ts';

const FORMATS = {
  text: resultsAsText,
  markdown: resultsAsMarkdown,
  latex: resultsAsLatex,
  csv: resultsAsCsv,
  json: resultsAsJson,
} as const;

export default defineCommand({
  operands: {
    folder: severalOr('sessions', 'folders with runs, of this program or of the published scripts'),
  },
  options: resultsOptions,
  faults: ({ format }, _, json) => formatFaults(format, json),
  async run({ format, verbose, compare, curves }, { folder: folders }, { json }) {
    if (curves !== undefined) requirePicture(curves);
    const results = await readResults(folders, compare);
    if (results.tables.length === 0) {
      throw new DataError(
        `no run below ${folders.join(', ')} has trained yet\n  ${results.warnings.join('\n  ')}`,
      );
    }
    if (curves !== undefined) {
      makeFolderOf(curves);
      await writeCurves(curves, results);
    }
    print(FORMATS[json ? 'json' : (format ?? 'text')](results, verbose));
  },
});
