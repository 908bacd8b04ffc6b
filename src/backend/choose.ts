/**
 * Chooses the backend that computes: `native` (own kernels), `tensorflow`, `wasm` (embedded), or `auto`, the first that works.
 */
import * as tf from '@tensorflow/tfjs-core';
// tfjs-core alone has no gradients under Node; loading the layers registers them and the chained operations.
import '@tensorflow/tfjs-layers';
import { BackendError, UsageError } from '../errors.ts';
import { say } from '../terminal.ts';
import { unknownName } from '../text/nearest.ts';
import { BACKEND_NAMES, BACKENDS, type BackendChoice, type BackendName } from './names.ts';
import type { TensorFlowOptions } from './tensorflow.ts';
import { UntrustedInstallationError } from './trust.ts';

/** How each backend is made known to tfjs-core; imported only when asked for. */
const register: Record<BackendName, (options: TensorFlowOptions) => Promise<void>> = {
  native: async ({ threads }) => {
    (await import('./native/kernels.ts')).loadKernels(threads);
    await (await import('./wasm.ts')).registerWasm();
  },
  tensorflow: async (options) => (await import('./tensorflow.ts')).loadTensorFlow(options),
  wasm: async () => (await import('./wasm.ts')).registerWasm(),
};

/**
 * Makes a backend ready and the one tfjs-core computes with.
 * @param choice - a backend's name, or `auto`
 * @param options - `threads`: of the kernels, or TensorFlow's, read when it first loads
 * @returns the name of the backend now in use
 * @throws UsageError for a name that is no backend
 * @throws BackendError when the backend asked for does not work, or with `auto` when none does
 */
export async function useBackend(
  choice: BackendChoice,
  options: TensorFlowOptions = {},
): Promise<BackendName> {
  if (choice !== 'auto') return start(checkedName(choice), options);
  const faults: string[] = [];
  for (const name of BACKENDS) {
    try {
      return await start(name, options);
    } catch (error) {
      if (error instanceof UntrustedInstallationError) say(`warning: ${error.message}`);
      faults.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new BackendError(`no backend works; \`ncp-train doctor\` says more\n${faults.join('\n')}`);
}

function checkedName(given: string): BackendName {
  const name = BACKEND_NAMES.find((backend) => backend === given);
  if (name === undefined) throw new UsageError(unknownName('backend', given, [...BACKEND_NAMES, 'auto']));
  return name;
}

async function start(name: BackendName, options: TensorFlowOptions): Promise<BackendName> {
  await register[name](options);
  const { useKernels } = await import('./native/kernels.ts');
  useKernels(name === 'native');
  // What is not convolutions is computed as on the embedded backend.
  if (!(await tf.setBackend(name === 'native' ? 'wasm' : name)))
    throw new BackendError(`the backend "${name}" does not start`);
  await tf.ready();
  return name;
}
