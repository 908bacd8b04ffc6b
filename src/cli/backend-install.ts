/** `ncp-train backend install`: see src/backend/install.ts. */
import type { Command } from 'commander';
import { TENSORFLOW } from '../backend/install/versions.ts';
import { installTensorFlow } from '../backend/install.ts';
import { tildePath } from '../backend/paths.ts';
import { print } from '../terminal.ts';

export function define(command: Command): void {
  command
    .option('--gpu', 'with the CUDA libraries, for NVIDIA GPUs')
    .option('--python <path>', 'use the TensorFlow of this Python, or its pip (default: pip of python3)')
    .option('--tensorflow <version>', `version of TensorFlow (default: ${TENSORFLOW})`)
    .action(async (options) => {
      const { installation, already } = await installTensorFlow(options);
      const { tensorflow, gpu, path } = installation;
      const what = `TensorFlow ${tensorflow}${gpu ? ' with CUDA' : ''} in ${tildePath(path)}`;
      print(already ? `already installed, and it works: ${what}` : `installed: ${what}`);
    });
}
