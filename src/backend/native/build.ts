/**
 * The last step of `npm run build`: compiles the project's own kernels for this machine's processor into dist/native/, where a C++
 * compiler is found. It never fails the build: without them the embedded backend computes.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCompiler } from '../install/compiler.ts';
import { compileKernels, sourceDigest } from './compile.ts';
import { addonName, variantsHere } from './variants.ts';

/** Where the build puts add-ons, and the npm package carries them. */
export const BUILT = join(import.meta.dirname, '../../../dist/native');

/** @returns what happened, in a line; undefined where everything was there already */
export async function buildKernels(): Promise<string | undefined> {
  const [variant] = variantsHere();
  if (variant === undefined) return `no own kernels for ${process.platform} ${process.arch}; --backend wasm`;
  const output = join(BUILT, addonName(variant));
  const stamp = `${output}.digest`;
  const digest = sourceDigest();
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return undefined;
  const compiler = findCompiler();
  if (compiler === undefined) {
    return 'no C++ compiler (g++, clang++): the backend native is not built; `ncp-train backend install` gets it';
  }
  mkdirSync(BUILT, { recursive: true });
  try {
    await compileKernels({ command: [compiler], isZig: false }, variant, output);
  } catch (error) {
    return `the backend native is not built: ${(error as Error).message}`;
  }
  writeFileSync(stamp, digest);
  return `the backend native was compiled for ${variant.name} (${compiler})`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const said = await buildKernels();
  if (said !== undefined) process.stderr.write(`${said}\n`);
}
