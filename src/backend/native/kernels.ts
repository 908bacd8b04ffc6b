/**
 * Loads the project's own kernels, compiled C++ (folder native/): convolutions of head and CNN with frames in the lanes of the
 * vectors, forward and backward. All else of a model is computed as on the embedded backend.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BackendError } from '../../errors.ts';
import type { Precision } from '../../options/schema.ts';
import { tildePath } from '../paths.ts';
import { addonName, BUILT, type Variant, variantsHere } from './variants.ts';

const require = createRequire(import.meta.url);

export type KernelNetwork = 'head' | 'cnn';

/** A network's memory between calls: activations, gradients, threads. */
export type Handle = { readonly __handle: unique symbol };

/** The add-on; native/addon.cpp says what each does. Wrong types and lengths are TypeErrors. */
export interface Kernels {
  readonly variant: string;
  readonly precisions: readonly Precision[];
  create(network: KernelNetwork, precision: Precision, threads: number): Handle;
  /** @param frames - [n·78·200·3], 0..255; @param out - features [n·32] or outputs [n] */
  infer(handle: Handle, frames: FrameNumbers, weights: readonly Float32Array[], out: Float32Array): void;
  forward(
    handle: Handle,
    frames: FrameNumbers,
    weights: readonly Float32Array[],
    factors: readonly Float32Array[] | null,
    out: Float32Array,
  ): void;
  backward(
    handle: Handle,
    weights: readonly Float32Array[],
    dOut: Float32Array,
    gradients: readonly Float32Array[],
  ): void;
  /** @param factors - [clip, β₁, β₂, ε, rate, threads] */
  adam(
    theta: Float32Array,
    m: Float32Array,
    v: Float32Array,
    gradient: Float32Array,
    factors: readonly number[],
  ): void;
}

export type FrameNumbers = Float32Array | Uint8Array;

let loaded: Kernels | undefined;
let threadCount = availableParallelism();

/** The add-on that would be loaded here. */
export function findKernels(): { readonly path: string; readonly variant: Variant } | undefined {
  for (const variant of variantsHere()) {
    const path = join(BUILT, addonName(variant));
    if (existsSync(path)) return { path, variant };
  }
  return undefined;
}

/**
 * Loads the add-on for this processor; doing it again changes the number of threads only.
 *
 * @param threads - all cores unless given
 * @throws BackendError where there is none, or it does not load
 */
export function loadKernels(threads = availableParallelism()): Kernels {
  threadCount = threads;
  if (loaded !== undefined) return loaded;
  const found = findKernels();
  if (found === undefined) {
    const why =
      variantsHere().length === 0
        ? `has no kernels for ${process.platform} on ${process.arch} with this processor`
        : 'is not compiled here: run `npm run build:native`';
    throw new BackendError(`the backend "native" ${why}, or use \`--backend wasm\``);
  }
  try {
    loaded = require(found.path) as Kernels;
  } catch (error) {
    throw new BackendError(
      `the backend "native" in ${tildePath(found.path)} does not load: ${(error as Error).message}\n` +
        'Run `npm run build:native` again, or use `--backend wasm`',
      { cause: error },
    );
  }
  return loaded;
}

/** The add-on where `native` is the backend in use, and its threads. */
let inUse = false;

/** Says whether the kernels are what computes from now on. */
export function useKernels(use: boolean): void {
  inUse = use;
}

export function kernelsInUse(): { readonly kernels: Kernels; readonly threads: number } | undefined {
  return inUse && loaded !== undefined ? { kernels: loaded, threads: threadCount } : undefined;
}
