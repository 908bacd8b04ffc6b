/** `ncp-train backend remove`: deletes the native backend from the user's data folder. */
import { removeTensorFlow } from '../backend/install.ts';
import { tensorflowFolder, tildePath } from '../backend/paths.ts';
import { backendRemoveOptions } from '../options/commands/machine.ts';
import { defineCommand } from './command.ts';

export default defineCommand({
  options: backendRemoveOptions,
  async run(_, __, { print }) {
    const path = tensorflowFolder();
    const folder = tildePath(path);
    const removed = await removeTensorFlow();
    print(
      { path, removed },
      removed ? `removed: ${folder}` : `nothing to remove: no native backend in ${folder}`,
    );
  },
});
