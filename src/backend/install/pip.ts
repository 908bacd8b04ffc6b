/**
 * Has pip fetch TensorFlow's wheel, and with CUDA the packages it asks for. No Python code of TensorFlow is ever
 * run, only its C++ libraries and headers are used; so any Python's pip will do, on a machine that needs no other
 * part of Python.
 */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BackendError, DataError } from '../../errors.ts';
import { type Ended, lastLines, pythonModule, run } from './process.ts';
import { readableBytes, reporting } from './progress.ts';

/**
 * Wheels are made per Python version, but their C++ part is the same, so the interpreter at hand does not matter.
 * These are tried in order; every TensorFlow since 2.12 has one for the first.
 */
const WHEEL_PYTHONS = ['3.11', '3.12', '3.13'];

/** TensorFlow's name in the package index; on Arm there is only one kind. */
export function packageName(gpu: boolean): string {
  return gpu || process.arch === 'arm64' ? 'tensorflow' : 'tensorflow-cpu';
}

/**
 * Fetches TensorFlow, and with `gpu` the CUDA libraries its wheel asks for, into `target`.
 * @param temporary - folder for pip's temporary files: on the same disk, and swept with the rest
 * @throws BackendError without network or where there is no such version; DataError when the disk is full
 */
export async function fetchTensorFlow(
  python: string,
  version: string,
  gpu: boolean,
  target: string,
  temporary: string,
): Promise<void> {
  const name = packageName(gpu);
  const size = gpu ? 'about 600 MB' : 'about 250 MB';
  await pipInstall(python, [`${name}==${version}`], target, temporary, `TensorFlow ${version} (${size})`);
  if (!gpu) return;
  const cuda = extraRequirements(target, 'and-cuda');
  if (cuda.length === 0) {
    throw new BackendError(`TensorFlow ${version} names no CUDA packages; try another version`);
  }
  await pipInstall(python, cuda, target, temporary, 'the CUDA libraries (about 2.5 GB)');
}

/** What an extra of the TensorFlow installed in `target` requires, e.g. `nvidia-cudnn-cu12<10.0,>=9.3.0.75`. */
export function extraRequirements(target: string, extra: string): string[] {
  const described = readdirSync(target).find((name) => /^tensorflow.*\.dist-info$/.test(name));
  if (described === undefined) return [];
  const metadata = readFileSync(join(target, described, 'METADATA'), 'utf8');
  return metadata
    .split('\n')
    .filter((line) => line.startsWith('Requires-Dist:') && line.includes(`extra == "${extra}"`))
    .map((line) => line.slice('Requires-Dist:'.length).split(';')[0].trim());
}

async function pipInstall(
  python: string,
  requirements: string[],
  target: string,
  temporary: string,
  what: string,
): Promise<void> {
  mkdirSync(temporary, { recursive: true });
  const environment = { ...PIP_ENVIRONMENT, TMPDIR: temporary };
  let ended: Ended | undefined;
  for (const wheelPython of WHEEL_PYTHONS) {
    const args = [...pipArguments(wheelPython, target), ...requirements];
    ended = await reporting(
      `fetching ${what}`,
      () => run(python, args, { environment, cwd: temporary }),
      () => progressOf(temporary),
    );
    if (ended.status === 0) return;
    if (isOffline(ended) || !isMissing(ended)) break; // offline, pip also says that it found no version
  }
  throw pipError(ended as Ended, requirements);
}

/** Kinds of Linux that wheels are made for, no newer than the glibc that `requirements.ts` asks for allows. */
const PLATFORMS = ['manylinux_2_27', 'manylinux_2_17', 'manylinux2014', 'manylinux_2_12', 'manylinux2010'];

function pipArguments(wheelPython: string, target: string): string[] {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return pythonModule(
    'pip',
    'install',
    '--target',
    target,
    '--no-deps',
    '--only-binary=:all:',
    '--no-compile',
    '--implementation',
    'cp',
    '--python-version',
    wheelPython,
    ...PLATFORMS.flatMap((platform) => ['--platform', `${platform}_${machine}`]),
  );
}

/** Settings of the user's that would forbid `--target`, or make pip ask or advise. */
const PIP_ENVIRONMENT = {
  PIP_USER: '0',
  PIP_REQUIRE_VIRTUALENV: '0',
  PIP_NO_INPUT: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_ROOT_USER_ACTION: 'ignore',
};

/**
 * How far pip is. In `temporary` it makes a folder for the wheels it downloads, and one named `pip-target-…` that
 * fills when it unpacks them.
 */
function progressOf(temporary: string): string {
  let bytes = 0;
  let unpacking = false;
  for (const folder of namesIn(temporary)) {
    const names = namesIn(join(temporary, folder));
    if (folder.startsWith('pip-target-') && names.length > 0) unpacking = true;
    for (const name of names.filter((entry) => entry.endsWith('.whl'))) {
      bytes += statSync(join(temporary, folder, name), { throwIfNoEntry: false })?.size ?? 0;
    }
  }
  return [bytes > 0 && readableBytes(bytes), unpacking && 'unpacking'].filter(Boolean).join(', ');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // a file, or pip has just removed it
  }
}

const isFull = (ended: Ended) => /No space left on device|Errno 28/.test(ended.stderr + ended.stdout);
const isOffline = (ended: Ended) =>
  /NewConnectionError|ConnectTimeout|ReadTimeout|Max retries exceeded|Connection broken|ProxyError|SSLError|name resolution/.test(
    ended.stderr + ended.stdout,
  );
const isMissing = (ended: Ended) => /No matching distribution|Could not find a version/.test(ended.stderr);

function pipError(ended: Ended, requirements: string[]): Error {
  const what = requirements.length === 1 ? requirements[0] : `${requirements.length} packages`;
  if (isFull(ended)) return new DataError(`the disk is full while fetching ${what}; nothing was installed`);
  if (isOffline(ended)) {
    return new BackendError(
      `${what} could not be fetched: no connection to the Python package index; nothing was installed.\n` +
        'Check the network, or a proxy (`https_proxy`) or mirror (`PIP_INDEX_URL`), and run the command again. ' +
        'Without network: `--python PATH` of a Python that has TensorFlow, or `--backend wasm`',
    );
  }
  if (isMissing(ended)) {
    return new BackendError(
      `the Python package index has no ${what} for this machine (${process.platform} ${process.arch}); ` +
        'nothing was installed. `--tensorflow VERSION` asks for another one',
    );
  }
  const end = ended.signal === null ? `status ${ended.status}` : ended.signal;
  return new BackendError(
    `pip failed (${end}) on ${what}; nothing was installed:\n${lastLines(ended.stderr)}`,
  );
}
