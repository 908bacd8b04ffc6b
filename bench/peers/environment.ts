/**
 * The peers' Python: a virtual environment in the user's cache folder, made when its requirements change.
 *
 * requirements.txt names every package with its version, and they are installed without looking at what they ask for. tf_keras
 * would bring a second TensorFlow, and PyTorch three gigabytes of CUDA, which a processor has no use for. But the package
 * index has no build of PyTorch for Linux without CUDA, and the one it has does not import without those libraries; so
 * they are installed after all where it does not import. Where pip is told of a build for processors (`2.13.0+cpu`;
 * PIP_FIND_LINKS, PIP_EXTRA_INDEX_URL), it takes that.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../src/data/frames/cache-header.ts';
import { say } from '../row.ts';

const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** @returns the interpreter, `python3` of the path with the peers beside it */
export async function peersPython(): Promise<string> {
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  const digest = createHash('sha256').update(requirements).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(), '..', `bench-peers-${digest}`);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return python;
  say(`installing the peers in ${folder}: about 2 GB`);
  rmSync(folder, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', folder], { stdio: ['ignore', 2, 2] });
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS];
  execFileSync(python, pip, { stdio: ['ignore', 2, 2] });
  const [torch] = /^torch==.*$/m.exec(requirements) as RegExpExecArray;
  if (spawnSync(python, ['-c', 'import torch']).status !== 0) {
    say('PyTorch does not import without its CUDA libraries: installing them, 3 GB more');
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', torch], { stdio: ['ignore', 2, 2] });
  }
  const partial = `${complete}.partial`;
  writeFileSync(partial, requirements);
  renameSync(partial, complete);
  return python;
}
