/** `ncp-train backend remove`: deletes the native backend from the user's data folder. */
import type { Command } from 'commander';
import { removeTensorFlow } from '../backend/install.ts';
import { tensorflowFolder, tildePath } from '../backend/paths.ts';
import { print } from '../terminal.ts';

export function define(command: Command): void {
  command.action(async () => {
    const folder = tildePath(tensorflowFolder());
    print(
      (await removeTensorFlow()) ? `removed: ${folder}` : `nothing to remove: no native backend in ${folder}`,
    );
  });
}
