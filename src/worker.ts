/**
 * Starts a worker thread from a file beside the calling module: `.js` in the build, `.ts` where the sources run as they
 * are, under tsx or vitest.
 */
import { Worker } from 'node:worker_threads';

/**
 * @param name - the file's name without its ending
 * @param beside - `import.meta.url` of the caller
 * @param workerData - what the thread starts with
 */
export function startWorker(name: string, beside: string, workerData: unknown): Worker {
  // No flags of this process: `--input-type` and the like are not for files.
  if (!beside.endsWith('.ts'))
    return new Worker(new URL(`./${name}.js`, beside), { workerData, execArgv: [] });
  const file = JSON.stringify(new URL(`./${name}.ts`, beside).href);
  const viaTsx = `import('tsx/esm/api').then((tsx) => (tsx.register(), import(${file})));`; // Node 20 ignores --import in threads
  return new Worker(viaTsx, { eval: true, workerData });
}
