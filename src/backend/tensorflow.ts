/**
 * Loads the backend `tensorflow`: the compiled add-on and the kernels of @tensorflow/tfjs-node-gpu, registered
 * with this program's own copy of tfjs-core. Installing is `install.ts`; choosing between backends `choose.ts`.
 *
 * The package's own entry point is not used: it looks for a binary that is no longer published
 * (tensorflow/tfjs#8742). Its kernels ask for `@tensorflow/tfjs`, the union of all of TensorFlow.js; in the
 * installation's folder that name is a one-line module that hands out the tfjs-core put into `globalThis`
 * below, so there is one copy, whichever node_modules this program runs from.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import type { KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import { BackendError } from '../errors.ts';
import { type Installation, readInstallation, tensorflowInstallation, tildePath } from './paths.ts';
import { refuseUntrusted } from './trust.ts';

const require = createRequire(import.meta.url);

/** Where the installation's stand-in for `@tensorflow/tfjs` finds tfjs-core; see `install/package.ts`. */
export const CORE_SYMBOL = 'ncp-train.tfjs-core';

/** An attribute of a TensorFlow operation, e.g. `{ name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }`. */
export interface OperationAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** What this program uses of NodeJSKernelBackend: raw TensorFlow operations and the add-on's constants. */
export interface TensorFlowBackend extends KernelBackend {
  /** The add-on; its constants (`TF_FLOAT`, `TF_ATTR_INT`, …) are numbers. */
  readonly binding: Record<string, number>;
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(operation: string, attributes: OperationAttribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(
    operation: string,
    attributes: OperationAttribute[],
    inputs: Tensor[],
    outputs: number,
  ): Tensor[];
}

export interface TensorFlowOptions {
  /** Threads TensorFlow may use; all cores unless given. Read once, when the library loads. */
  threads?: number;
  /** Folder of an installation; the current one unless given. */
  installation?: string;
}

let loaded: NodeJS.Require | undefined;

/**
 * Registers `tensorflow` with tfjs-core, above the embedded backend; doing it again does nothing. To be called in
 * the main thread: a worker's environment does not reach TensorFlow.
 * @throws BackendError when it is not installed, does not load, or others may write it (trust.ts)
 */
export async function loadTensorFlow(options: TensorFlowOptions = {}): Promise<void> {
  if (loaded !== undefined) return;
  const { installation: folder } = options;
  const installation = folder === undefined ? tensorflowInstallation() : readInstallation(folder);
  if (installation === undefined) {
    throw new BackendError(
      'the backend "tensorflow" is not installed. Run `ncp-train backend install`, or use `--backend wasm`',
    );
  }
  refuseUntrusted(installation.path);
  setEnvironment(options);
  restoreUtil();
  try {
    loaded = await register(installation);
  } catch (error) {
    const gone = installation.inPlace ? ` (it uses the TensorFlow of ${installation.python})` : '';
    throw new BackendError(
      `the backend "tensorflow" in ${tildePath(installation.path)}${gone} does not load: ${(error as Error).message}\n` +
        'Run `ncp-train backend remove` and `ncp-train backend install`, or use `--backend wasm`',
      { cause: error },
    );
  }
}

/** The backend once `loadTensorFlow` has run and tfjs-core has set it. */
export function tensorflowBackend(): TensorFlowBackend {
  return require('@tensorflow/tfjs-core').findBackend('tensorflow') as TensorFlowBackend;
}

/**
 * A module of @tensorflow/tfjs-node-gpu, e.g. `requireTensorFlow('dist/saved_model.js')`, bound to this program's tfjs-core.
 * To be called after `loadTensorFlow`.
 */
export function requireTensorFlow(path: string) {
  if (loaded === undefined) throw new Error(`requireTensorFlow('${path}') before loadTensorFlow()`);
  return loaded(`@tensorflow/tfjs-node-gpu/${path}`);
}

async function register(installation: Installation): Promise<NodeJS.Require> {
  const tf = require('@tensorflow/tfjs-core') as typeof import('@tensorflow/tfjs-core');
  if (installation.tfjs !== tf.version_core) {
    throw new Error(`it was made for TensorFlow.js ${installation.tfjs}, this is ${tf.version_core}`);
  }
  (globalThis as Record<symbol, unknown>)[Symbol.for(CORE_SYMBOL)] = tf;
  const fromInstallation = createRequire(join(installation.path, 'installation.json'));
  const addon = quietly(fromInstallation, () => fromInstallation('./tfjs_binding.node'));
  fromInstallation('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js');
  const { NodeJSKernelBackend } = fromInstallation('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js');
  const priority = 3; // the embedded backend's is 2
  tf.registerBackend(
    'tensorflow',
    () => new NodeJSKernelBackend(addon, '@tensorflow/tfjs-node-gpu'),
    priority,
  );
  return fromInstallation;
}

/** What TensorFlow reads from the environment when its library loads; what the user has set stands. */
function setEnvironment({ threads }: TensorFlowOptions): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // errors only
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'; // otherwise one process takes the whole GPU
  // oneDNN's kernels, which TensorFlow takes by itself only where the processor has AVX-512 for them; with AVX2 alone
  // they cost a third less than its own (docs/performance.md).
  if (process.arch === 'x64') process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  if (threads === undefined) return;
  for (const name of ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'OMP_NUM_THREADS']) {
    process.env[name] = String(threads);
  }
}

/** Loads the library without its announcements, unless the user has asked for all of its log. */
function quietly<T>(fromInstallation: NodeJS.Require, load: () => T): T {
  if (process.env.TF_CPP_MIN_LOG_LEVEL === '0') return load();
  const quiet = fromInstallation('./quiet.node');
  quiet.mute();
  try {
    return load();
  } finally {
    quiet.unmute();
  }
}

/** The package calls two functions of `node:util` that Node 22 warns about and Node 23 dropped. */
function restoreUtil(): void {
  const functions = util as unknown as Record<string, unknown>;
  functions.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  functions.isArray = Array.isArray;
}
