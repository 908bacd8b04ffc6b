/** `ncp-train active select RUN`: see src/train/run/select-checkpoint.ts. */
import { selectOptions } from '../options/commands/runs.ts';
import { selectCheckpoint } from '../train/run/select-checkpoint.ts';
import { defineCommand } from './command.ts';
import { one } from './operands.ts';

export default defineCommand({
  operands: { run: one('folder of a finished active run') },
  options: selectOptions,
  async run({ within, out }, { run }, { print }) {
    const result = await selectCheckpoint({ run, within: Number.parseFloat(within) / 100, out });
    print(result, `${result.why}\n${result.folder}${result.wasThere ? ' has it already' : ''}`);
  },
});
