/** `ncp-train backend install`: see src/backend/install.ts. */
import { installTensorFlow } from '../backend/install.ts';
import { tildePath } from '../backend/paths.ts';
import { backendInstallOptions } from '../options/commands/machine.ts';
import { defineCommand } from './command.ts';

export default defineCommand({
  options: backendInstallOptions,
  async run(options, _, { print }) {
    const { installation, already } = await installTensorFlow(options);
    const { tensorflow, gpu, path } = installation;
    const what = `TensorFlow ${tensorflow}${gpu ? ' with CUDA' : ''} in ${tildePath(path)}`;
    print(
      { ...installation, already },
      already ? `already installed, and it works: ${what}` : `installed: ${what}`,
    );
  },
});
