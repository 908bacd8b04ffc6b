/** `ncp-train results`: see src/results/results.ts. */
import { type Command, Option } from 'commander';
import { DataError, UsageError } from '../errors.ts';
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
import { makeFolderOf, outFile } from './out-path.ts';

const FORMATS = {
  text: resultsAsText,
  markdown: resultsAsMarkdown,
  latex: resultsAsLatex,
  csv: resultsAsCsv,
  json: resultsAsJson,
} as const;

export function define(command: Command): void {
  command
    .argument('[dir...]', 'folders with runs, of this program or of the published scripts', ['sessions'])
    .addOption(new Option('--format <name>', 'of the table (default: text)').choices(Object.keys(FORMATS)))
    .option('--json', 'the same as --format json')
    .option('--verbose', 'also list the single runs')
    .option('--compare <models>', 'two models fold by fold, with the p of Wilcoxon’s test, e.g. wm,lstm')
    .option(
      '--curves <file>',
      'also draw the learning curves of all models, SVG or PNG by the name’s ending',
      outFile,
    )
    .action(async (dirs: string[], options) => {
      if (options.json && options.format !== undefined && options.format !== 'json') {
        throw new UsageError(`--json and --format ${options.format} contradict each other`);
      }
      const format: keyof typeof FORMATS = options.json ? 'json' : (options.format ?? 'text');
      if (options.curves !== undefined) requirePicture(options.curves);
      const results = await readResults(dirs, options.compare);
      if (results.tables.length === 0) {
        throw new DataError(
          `no run below ${dirs.join(', ')} has trained yet\n  ${results.warnings.join('\n  ')}`,
        );
      }
      if (options.curves !== undefined) {
        makeFolderOf(options.curves);
        await writeCurves(options.curves, results);
      }
      print(FORMATS[format](results, options.verbose === true));
    });
}
