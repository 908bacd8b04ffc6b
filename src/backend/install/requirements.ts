/**
 * What has to be there before an install starts, looked at all together, so that nobody learns of the next missing
 * thing only after having got the last one.
 */
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { BackendError, DataError } from '../../errors.ts';
import { tildePath } from '../paths.ts';
import { findCompiler } from './compiler.ts';
import { needsNpm } from './package.ts';
import { answers } from './process.ts';
import { readableBytes } from './progress.ts';

const EMBEDDED = 'The embedded backend needs none of this: `--backend wasm`';

/** TensorFlow's wheels are built for this glibc and later. */
const GLIBC = [2, 27];

interface Missing {
  what: string;
  debian: string;
  fedora: string;
}

/**
 * Refuses systems TensorFlow's wheels and this backend's compilation are not for.
 * @throws BackendError elsewhere than on Linux with glibc, x86-64 or Arm
 */
export function checkPlatform(gpu: boolean): void {
  const { platform, arch } = process;
  const refuse = (why: string) => {
    throw new BackendError(
      `the native backend is for Linux on x86-64 or Arm with glibc; ${why}. ${EMBEDDED}`,
    );
  };
  if (platform !== 'linux') refuse(`this is ${platform === 'darwin' ? 'macOS' : platform}`);
  if (arch !== 'x64' && arch !== 'arm64') refuse(`this processor is ${arch}`);
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (header.glibcVersionRuntime === undefined) refuse('this system has another C library');
  const [major, minor] = (header.glibcVersionRuntime as string).split('.').map(Number);
  if (major < GLIBC[0] || (major === GLIBC[0] && minor < GLIBC[1])) {
    refuse(`this is glibc ${header.glibcVersionRuntime}, and ${GLIBC.join('.')} or later is needed`);
  }
  if (gpu && arch === 'arm64')
    refuse('with --gpu only on x86-64: there is no CUDA build of TensorFlow for Arm');
}

/**
 * Looks for Python, pip, a compiler, npm where it is needed, and room on the disk.
 * @param folder - where the installation will go; it or a folder above it exists
 * @param bytes - room needed there
 * @param needsPip - false where an existing TensorFlow is used
 * @returns the compiler to use
 * @throws BackendError listing everything that is missing and how to get it; DataError when only room is
 */
export function checkRequirements(python: string, folder: string, bytes: number, needsPip: boolean): string {
  const missing: Missing[] = [];
  if (!answers(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'])) {
    missing.push({
      what: `${python}: not found, or older than Python 3.8`,
      debian: 'python3 python3-pip',
      fedora: 'python3 python3-pip',
    });
  } else if (needsPip && !answers(python, ['-m', 'pip', '--version'])) {
    missing.push({ what: `pip: ${python} has none`, debian: 'python3-pip', fedora: 'python3-pip' });
  }
  const compiler = findCompiler();
  if (compiler === undefined) {
    missing.push({
      what: 'a C++17 compiler: neither g++, c++ nor clang++ works',
      debian: 'g++',
      fedora: 'gcc-c++',
    });
  }
  if (needsNpm() && !answers('npm', ['--version'])) {
    missing.push({ what: 'npm: not found', debian: 'npm', fedora: 'npm' });
  }

  const room = freeBytes(folder);
  const noRoom =
    room < bytes
      ? `${readableBytes(bytes)} free in ${tildePath(folder)}: there are ${readableBytes(room)}`
      : undefined;
  if (missing.length > 0) throw new BackendError(listed(missing, noRoom));
  if (noRoom !== undefined) {
    throw new DataError(`the native backend needs ${noRoom}. XDG_DATA_HOME puts it elsewhere`);
  }
  return compiler as string;
}

function listed(missing: Missing[], noRoom: string | undefined): string {
  const all = (system: 'debian' | 'fedora') => missing.map((item) => item[system]).join(' ');
  return [
    'the native backend needs what is missing here:',
    ...missing.map(({ what }) => `  - ${what}`),
    ...(noRoom === undefined ? [] : [`  - ${noRoom}`]),
    'To get it:',
    `  Debian, Ubuntu  sudo apt install ${all('debian')}`,
    `  Fedora          sudo dnf install ${all('fedora')}`,
    '  macOS           the native backend is not for macOS',
    EMBEDDED,
  ].join('\n');
}

function freeBytes(folder: string): number {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}
