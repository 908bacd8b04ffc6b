/**
 * Puts the JavaScript and C++ of @tensorflow/tfjs-node-gpu into an installation, with what it requires.
 *
 * The package is an optional dependency. `npm ci` in this project brings it (scripts are off); installed from the
 * package index its own install script fails, so npm drops it, and it is fetched here with `npm pack`, which runs
 * no script. Either way it is used from the installation's folder, where `@tensorflow/tfjs-core` and
 * `@tensorflow/tfjs` are modules of one line: they hand out this program's tfjs-core (`tensorflow.ts`), so that the
 * kernels register with the one copy that computes. A folder of our own does that without touching how Node
 * finds modules.
 */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { BackendError, DataError } from '../../errors.ts';
import { CORE_SYMBOL } from '../tensorflow.ts';
import { lastLines, run } from './process.ts';
import { reporting } from './progress.ts';
import { PROTOBUF, TFJS_NODE } from './versions.ts';

const TFJS = '@tensorflow/tfjs-node-gpu';

/** Folders of the packages among this program's own dependencies, or undefined where npm has dropped them. */
function ownPackages(): Record<string, string> | undefined {
  try {
    const tfjs = createRequire(import.meta.url).resolve(`${TFJS}/package.json`);
    const protobuf = createRequire(tfjs).resolve('google-protobuf/package.json');
    const version = createRequire(tfjs)(tfjs).version;
    return version === TFJS_NODE
      ? { [TFJS]: dirname(tfjs), 'google-protobuf': dirname(protobuf) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the package has to be fetched, for which npm is needed. */
export function needsNpm(): boolean {
  return ownPackages() === undefined;
}

/**
 * Fills `node_modules` of an installation.
 * @param python - unpacks what npm fetches
 * @throws BackendError when npm cannot fetch the package; DataError when the disk is full
 */
export async function placePackages(installation: string, python: string): Promise<void> {
  const modules = join(installation, 'node_modules');
  const own = ownPackages();
  if (own === undefined) await fetchPackages(modules, installation, python);
  for (const [name, folder] of Object.entries(own ?? {})) {
    const nested = join(folder, 'node_modules') + sep;
    cpSync(folder, join(modules, name), {
      recursive: true,
      filter: (path) => !`${path}${sep}`.startsWith(nested),
    });
  }
  for (const name of ['tfjs', 'tfjs-core']) {
    const folder = join(modules, '@tensorflow', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.js'), `module.exports = globalThis[Symbol.for('${CORE_SYMBOL}')];\n`);
  }
}

async function fetchPackages(modules: string, temporary: string, python: string): Promise<void> {
  const wanted = { [TFJS]: TFJS_NODE, 'google-protobuf': PROTOBUF };
  for (const [name, version] of Object.entries(wanted)) {
    const packed = await reporting(`fetching ${name} ${version}`, () =>
      run(
        'npm',
        ['pack', `${name}@${version}`, '--ignore-scripts', '--silent', '--pack-destination', temporary],
        { cwd: temporary },
      ),
    );
    if (packed.status !== 0) throw npmError(`${name}@${version}`, packed.stderr + packed.stdout);
    const archive = join(temporary, packed.stdout.trim().split('\n').at(-1) as string);
    const unpacked = await run(python, ['-m', 'tarfile', '-e', archive, join(temporary, 'unpacked')]);
    if (unpacked.status !== 0) throw npmError(`${name}@${version}`, unpacked.stderr);
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    renameSync(join(temporary, 'unpacked', 'package'), join(modules, name));
    rmSync(archive);
  }
  if (existsSync(join(temporary, 'unpacked'))) rmSync(join(temporary, 'unpacked'), { recursive: true });
}

function npmError(what: string, output: string): Error {
  if (/ENOSPC|No space left/.test(output))
    return new DataError(`the disk is full while fetching ${what}; nothing was installed`);
  return new BackendError(
    `npm could not fetch ${what}; nothing was installed. Check the network and \`npm ping\`:\n${lastLines(output)}`,
  );
}
