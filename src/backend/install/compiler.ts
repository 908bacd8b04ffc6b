/**
 * Finds a C++ compiler and compiles the add-on of @tensorflow/tfjs-node-gpu against a TensorFlow.
 * The add-on uses Node-API version 8, so one compilation serves every Node from 20 on.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BackendError, DataError } from '../../errors.ts';
import { answers, type Ended, lastLines, run } from './process.ts';
import { reporting } from './progress.ts';

const require = createRequire(import.meta.url);

/** The first compiler that can make a C++17 program with the standard library, or undefined. CXX goes first. */
export function findCompiler(): string | undefined {
  const candidates = [process.env.CXX, 'g++', 'c++', 'clang++'].filter(
    (name) => name !== undefined && name !== '',
  );
  const program = '#include <string_view>\nint main() { return std::string_view("").size(); }\n';
  return candidates.find((name) =>
    answers(name as string, ['-std=c++17', '-fsyntax-only', '-x', 'c++', '-'], program),
  );
}

/**
 * TensorFlow 2.21 announces its use of oneDNN in a long line whenever its library is loaded, before anything can set
 * the level at which it logs. This second, small add-on sends what the process writes to stderr nowhere while the
 * library loads (`tensorflow.ts`).
 */
const QUIET = `
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>
static int saved = -1;
static napi_value Mute(napi_env env, napi_callback_info) {
  int nowhere = open("/dev/null", O_WRONLY);
  saved = dup(2);
  if (nowhere >= 0 && saved >= 0) dup2(nowhere, 2);
  if (nowhere >= 0) close(nowhere);
  return nullptr;
}
static napi_value Unmute(napi_env env, napi_callback_info) {
  if (saved >= 0) dup2(saved, 2), close(saved);
  saved = -1;
  return nullptr;
}
NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "mute", NAPI_AUTO_LENGTH, Mute, nullptr, &function);
  napi_set_named_property(env, exports, "mute", function);
  napi_create_function(env, "unmute", NAPI_AUTO_LENGTH, Unmute, nullptr, &function);
  napi_set_named_property(env, exports, "unmute", function);
  return exports;
}
`;

/**
 * Compiles `tfjs_binding.node` and `quiet.node` into the folder of an installation.
 * @param installation - its folder, in which the package is already unpacked
 * @param tensorflow - folder with `include/` and the two libraries
 * @param runPath - where the add-on will look for them; `$ORIGIN` is its own folder
 * @throws BackendError when the compiler fails; DataError when the disk is full
 */
export async function compileAddon(
  compiler: string,
  installation: string,
  tensorflow: string,
  runPath: string,
): Promise<void> {
  const napi = require('node-api-headers').include_dir as string;
  const source = join(installation, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  const compile = (sources: string[], output: string, linked: string[]) =>
    run(compiler, [
      '-O2',
      '-std=c++17',
      '-shared',
      '-fPIC',
      '-DNAPI_VERSION=8',
      ...[napi, source, join(tensorflow, 'include')].map((folder) => `-I${folder}`),
      ...sources,
      '-o',
      join(installation, output),
      ...linked,
    ]);
  const checked = (ended: Ended) => {
    if (ended.status === 0) return;
    if (/No space left on device/.test(ended.stderr)) {
      throw new DataError('the disk is full; nothing was installed');
    }
    throw new BackendError(
      `${compiler} could not compile the add-on against ${tensorflow}; nothing was installed:\n${lastLines(ended.stderr)}`,
    );
  };

  const quiet = join(installation, 'quiet.cc');
  writeFileSync(quiet, QUIET);
  checked(await compile([quiet], 'quiet.node', []));
  const addon = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(source, 'binding', name));
  const libraries = [`-L${tensorflow}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'];
  const linked = [...libraries, `-Wl,-rpath,${runPath}`];
  checked(await reporting('compiling the add-on', () => compile(addon, 'tfjs_binding.node', linked)));
}
