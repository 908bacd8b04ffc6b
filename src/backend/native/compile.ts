/**
 * Compiles the project's own kernels (folder native/) for a variant: with the compiler of the machine, or with zig where there is
 * none. A finished add-on takes its name at once; one half-written never has it.
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BackendError } from '../../errors.ts';
import { adoptFileSync, temporaryFileSync } from '../../files/whole-file.ts';
import { lastLines, run } from '../install/process.ts';
import type { Variant } from './variants.ts';

const require = createRequire(import.meta.url);

/** The package's folder with the C++ sources. */
export const SOURCES = join(import.meta.dirname, '../../../native');

/** How a compiler is called. */
export interface Compiler {
  readonly command: readonly string[];
  readonly isZig: boolean;
}

const COMMON = [
  '-std=c++17',
  '-O3',
  '-ffp-contract=fast',
  '-fPIC',
  '-shared',
  '-fvisibility=hidden',
  '-fno-semantic-interposition',
  '-Wno-psabi',
  '-DNAPI_VERSION=8',
];

/** Changes whenever what is compiled does: sources and flags. */
export function sourceDigest(): string {
  const hash = createHash('sha256').update(JSON.stringify(COMMON));
  for (const name of readdirSync(SOURCES).sort()) {
    if (/\.[ch]pp$/.test(name)) hash.update(`${name}\n`).update(readFileSync(join(SOURCES, name)));
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param output - the add-on's path; a file of that name is replaced
 * @throws BackendError with the compiler's last lines
 */
export async function compileKernels(compiler: Compiler, variant: Variant, output: string): Promise<void> {
  mkdirSync(dirname(output), { recursive: true });
  const temporary = temporaryFileSync(output);
  const napi = require('node-api-headers').include_dir as string;
  const { command, isZig } = compiler;
  const forProcessor = isZig
    ? ['-target', variant.zig.target, `-mcpu=${variant.zig.cpu}`]
    : [...variant.flags];
  const undefinedSymbols = variant.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-pthread'];
  const args = [
    ...COMMON,
    ...forProcessor,
    `-DNCP_VARIANT="${variant.name}"`,
    `-I${napi}`,
    join(SOURCES, 'addon.cpp'),
    '-o',
    temporary,
    ...undefinedSymbols,
  ];
  try {
    const ended = await run(command[0], [...command.slice(1), ...args]);
    if (ended.status !== 0) {
      throw new BackendError(
        `${command.join(' ')} could not compile the kernels for ${variant.name}:\n${lastLines(ended.stderr)}`,
      );
    }
    chmodSync(temporary, 0o755);
    adoptFileSync(temporary, output);
  } finally {
    rmSync(temporary, { force: true });
  }
}
