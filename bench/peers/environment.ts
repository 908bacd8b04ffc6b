/**
 * The peers' Python: a virtual environment in the user's cache folder, made when its requirements change.
 *
 * requirements.txt names every package with its version, and they are installed without looking at what they ask for. tf_keras
 * would bring a second TensorFlow, and PyTorch as the index has it three gigabytes of CUDA, which a processor has no use
 * for.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../src/data/cache-header.ts';
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
  say(`installing the peers in ${folder}: about 3 GB`);
  rmSync(folder, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', folder], { stdio: ['ignore', 2, 2] });
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS];
  execFileSync(python, pip, { stdio: ['ignore', 2, 2] });
  const partial = `${complete}.partial`;
  writeFileSync(partial, requirements);
  renameSync(partial, complete);
  return python;
}
