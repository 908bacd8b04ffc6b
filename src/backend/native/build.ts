/**
 * `npm run build:native`: compiles the project's own kernels for this machine's processor into dist/native/.
 * What is there already is not compiled again.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BackendError, NcpTrainError } from '../../errors.ts';
import { replaceFileSync } from '../../files/whole-file.ts';
import { say } from '../../terminal.ts';
import { findCompiler } from '../install/compiler.ts';
import { compileKernels, sourceDigest } from './compile.ts';
import { addonName, BUILT, variantsHere } from './variants.ts';

/**
 * @returns the add-on's path
 * @throws BackendError where there is no compiler, no variant for this processor, or the compiler fails
 */
export async function buildKernels(): Promise<string> {
  const [variant] = variantsHere();
  if (variant === undefined) {
    throw new BackendError(
      `there are no kernels for ${process.platform} on ${process.arch} with this processor`,
    );
  }
  const output = join(BUILT, addonName(variant));
  const stamp = `${output}.digest`;
  const digest = sourceDigest();
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return output;
  const compiler = findCompiler();
  if (compiler === undefined)
    throw new BackendError('there is no C++17 compiler: neither g++, c++ nor clang++ works');
  mkdirSync(BUILT, { recursive: true });
  await compileKernels({ command: [compiler], isZig: false }, variant, output);
  replaceFileSync(stamp, digest);
  return output;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    say(await buildKernels());
  } catch (error) {
    say(`error: ${(error as Error).message}`);
    process.exitCode = error instanceof NcpTrainError ? error.exitStatus : 1;
  }
}
