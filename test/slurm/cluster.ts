/** Starts and stops the one-node Slurm of `single-node`, apart from any other that may run on this machine. */
import { spawnSync } from 'node:child_process';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./single-node', import.meta.url));

const environment = {
  ...process.env,
  SINGLE_NODE_DIR: join(tmpdir(), `ncp-train-slurm-${userInfo().uid}`),
  SINGLE_NODE_PORT: '16917',
  // Small, for sweeps of more than one array.
  SINGLE_NODE_EXTRA_CONF: 'MaxArraySize=4',
};

/** Runs `single-node`. @throws Error with its last words if it fails */
function singleNode(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(SCRIPT, args, { encoding: 'utf8', env: environment });
  if (error || status !== 0) throw new Error(error?.message ?? stderr.trim().split('\n').at(-1));
  return stdout;
}

/**
 * Starts it, or brings its node back; installs Slurm where that is possible.
 *
 * @returns what Slurm's programs need in their environment
 */
export function startCluster(): { SLURM_CONF: string } {
  const conf = /^export SLURM_CONF=(.+)$/m.exec(singleNode('start'))?.[1];
  if (conf === undefined) throw new Error('single-node did not say where its configuration is');
  return { SLURM_CONF: conf };
}

export const stopCluster = (): void => void singleNode('stop');

/** Pid of a daemon, e.g. `slurmd`. */
export function daemonPid(name: string): number {
  return Number(new RegExp(`^${name}: pid (\\d+)$`, 'm').exec(singleNode('status'))?.[1]);
}

/** Why there is no cluster here; undefined if it started. */
export function clusterAbsence(): string | undefined {
  try {
    startCluster();
    return undefined;
  } catch (error) {
    return `Slurm does not start here: ${(error as Error).message}`;
  }
}
