/** `ncp-train active select RUN`: see src/train/run/select-checkpoint.ts. */
import { type Command, InvalidArgumentError } from 'commander';
import { print } from '../terminal.ts';
import { selectCheckpoint } from '../train/run/select-checkpoint.ts';
import { outFolder } from './out-path.ts';

export function define(command: Command): void {
  command
    .argument('<run>', 'folder of a finished active run')
    .option('--within <percent>', 'how far above the least validation loss, e.g. 5%', percentage, 0.05)
    .option(
      '--out <folder>',
      'where the model goes (default: final_models/NAME beside the folder of active runs)',
      outFolder,
    )
    .option('--json', 'print JSON')
    .action(async (run: string, options) => {
      const result = await selectCheckpoint({ run, within: options.within, out: options.out });
      if (options.json) return print(JSON.stringify(result, null, 2));
      print(`${result.why}\n${result.folder}${result.wasThere ? ' has it already' : ''}`);
    });
}

function percentage(text: string): number {
  const [, number] = /^(\d+(?:\.\d+)?) ?%$/.exec(text) ?? [];
  if (number === undefined)
    throw new InvalidArgumentError('expected a percentage with its sign, such as 5%.');
  return Number(number) / 100;
}
