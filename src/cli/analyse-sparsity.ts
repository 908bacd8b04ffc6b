/** `ncp-train analyse sparsity`: see src/analyses/sparsity/. */
import type { Command } from 'commander';
import { sparsitySvg } from '../analyses/sparsity/draw.ts';
import { flatRow, summaryAsCsv, summaryTable } from '../analyses/sparsity/format.ts';
import { summariseSparsity } from '../analyses/sparsity/summary.ts';
import { writeOutputs } from '../plot/output-folder.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { outFolder } from './out-path.ts';

export function define(command: Command): void {
  command
    .argument('[dir...]', 'folders with runs', ['sessions'])
    .option('--out <folder>', 'for picture and table', outFolder, 'analyses/sparsity')
    .option('--json', 'print JSON')
    .action(async (dirs: string[], { out, json }) => {
      const summary = await summariseSparsity(dirs);
      const svg = await sparsitySvg(summary);
      const files = await writeOutputs(out, svg === undefined ? {} : { sparsity: svg }, {
        'sparsity.csv': summaryAsCsv(summary),
      });
      const { warnings, notes } = summary;
      if (json) {
        print(JSON.stringify({ rows: summary.rows.map(flatRow), warnings, notes, out, files }, null, 2));
        return;
      }
      const remarks = [
        ...warnings.map((text) => `warning: ${text}`),
        ...notes.map((text) => `note: ${text}`),
      ];
      const lines = [
        'mean ± standard deviation (divisor n) over folds, in label units; sparsity: share of the recurrent weights that stays 0',
        '',
        aligned(summaryTable(summary)),
        '',
        ...(remarks.length > 0 ? [...remarks, ''] : []),
        `${out}: ${files.join(', ')}`,
      ];
      print(lines.join('\n'));
    });
}
