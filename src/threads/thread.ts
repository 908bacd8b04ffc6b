/**
 * Starts a worker thread from a file beside the calling module: `.js` in the build, `.ts` where the sources run as they
 * are, under tsx or vitest.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
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
  // Resolved from this file, for what is evaluated would look for it from the working folder.
  const folder = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json'));
  const tsx = JSON.stringify(new URL('dist/esm/api/index.mjs', folder).href);
  const viaTsx = `import(${tsx}).then((tsx) => (tsx.register(), import(${file})));`; // Node 20 ignores --import in threads
  return new Worker(viaTsx, { eval: true, workerData });
}
