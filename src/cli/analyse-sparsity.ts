/** `ncp-train analyse sparsity`: see src/analyses/sparsity/. */
import { sparsitySvg } from '../analyses/sparsity/draw.ts';
import { flatRow, summaryAsCsv, summaryTable } from '../analyses/sparsity/format.ts';
import { summariseSparsity } from '../analyses/sparsity/summary.ts';
import { sparsityOptions } from '../options/commands/analyses.ts';
import { writeOutputs } from '../plot/output-folder.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';
import { severalOr } from './operands.ts';

export default defineCommand({
  operands: { folder: severalOr('sessions', 'folders with runs') },
  options: sparsityOptions,
  async run({ out }, { folder: folders }, { print }) {
    const summary = await summariseSparsity(folders);
    const svg = await sparsitySvg(summary);
    const files = await writeOutputs(out, svg === undefined ? {} : { sparsity: svg }, {
      'sparsity.csv': summaryAsCsv(summary),
    });
    const { warnings, notes } = summary;
    const remarks = [...warnings.map((text) => `warning: ${text}`), ...notes.map((text) => `note: ${text}`)];
    const lines = [
      'mean ± standard deviation (divisor n) over folds, in label units; sparsity: share of the recurrent weights that stays 0',
      '',
      aligned(summaryTable(summary)),
      '',
      ...(remarks.length > 0 ? [...remarks, ''] : []),
      `${out}: ${files.join(', ')}`,
    ];
    print({ rows: summary.rows.map(flatRow), warnings, notes, out, files }, lines.join('\n'));
  },
});
