/**
 * The embedded backend, `wasm`: @tensorflow/tfjs-backend-wasm with this project's convolutions (folder wasm/).
 *
 * One thread: the package's own threads do not start under Node, so it chooses its single-threaded SIMD build there.
 * Several threads mean several replicas, each in a worker thread that calls `registerWasm` for itself.
 */

import { env, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { BackendError } from '../errors.ts';
import { registerConvolutionKernels } from './wasm/register.ts';

/** Emscripten's handlers throw again what they catch, from a line of 40,000 letters, which Node then prints. */
const HANDLED = ['uncaughtException', 'unhandledRejection'] as const;

async function start(): Promise<void> {
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new BackendError(
      'the embedded backend needs WebAssembly SIMD, which Node does not offer on this processor (x86-64 with SSE4.1 ' +
        'and Arm64 have it); use another machine, or the native backend: `ncp-train backend install`',
    );
  }
  registerConvolutionKernels();

  const previous = getBackend();
  const handlers = HANDLED.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  // tfjs can only start a backend by making it the active one.
  if (!(await setBackend('wasm'))) {
    throw new BackendError(
      'the embedded backend does not start; reinstall with `npm ci`, and see `ncp-train doctor`',
    );
  }
  HANDLED.forEach((event, index) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!handlers[index].has(listener)) process.removeListener(event, listener);
    }
  });
  if (previous) await setBackend(previous);
}

let started: Promise<void> | undefined;

/**
 * Registers the embedded backend with tfjs and starts it (about 50 ms, no network), in the main thread or in a worker.
 * The backend active before stays active; if there was none, `wasm` is. Further calls do nothing.
 *
 * @throws BackendError if the processor has no SIMD or the package cannot be started.
 */
export function registerWasm(): Promise<void> {
  started ??= start();
  return started;
}
