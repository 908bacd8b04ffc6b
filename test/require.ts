/**
 * For tests that need what a machine may lack: the native backend, a Python package. Where it is absent they are
 * skipped and their name says why; where the environment variable NCP_REQUIRE lists it (`tensorflow,pip`), its
 * absence is a failure instead, so that CI cannot pass by skipping.
 *
 *   const native = requirement('tensorflow');
 *   describe.skipIf(!native.present)(native.title('on tensorflow'), () => …);
 */
import { spawnSync } from 'node:child_process';
import { findKernels } from '../src/backend/native/kernels.ts';
import { tensorflowInstallation } from '../src/backend/paths.ts';
import { unknownName } from '../src/text/nearest.ts';
import { chromiumPath } from './chromium.ts';
import { clusterAbsence } from './slurm/cluster.ts';

export interface Requirement {
  present: boolean;
  /** Why it is absent, and the command that gets it; empty where it is present. */
  reason: string;
  /** The title of a test or group; where it will be skipped, with the reason. */
  title(text: string): string;
}

/** The Python of the tests. */
export const PYTHON = process.env.NCP_PYTHON ?? 'python3';

/** For each requirement: the reason why it is absent, or undefined. */
const absence = {
  tensorflow: () =>
    tensorflowInstallation() === undefined
      ? 'the native backend is not installed: ncp-train backend install'
      : undefined,
  native: () =>
    findKernels() === undefined ? 'the own kernels are not compiled: npm run build:native' : undefined,
  python: () => failure(['-c', 'import pty'], `there is no ${PYTHON}`),
  pip: () => failure(['-m', 'pip', '--version'], `${PYTHON} has no pip`),
  'python-h5py': () => failure(['-c', 'import h5py'], `${PYTHON} -m pip install h5py`),
  'python-numpy': () => failure(['-c', 'import numpy'], `${PYTHON} -m pip install numpy`),
  'python-rosbags': () =>
    failure(
      ['-c', 'import rosbags.rosbag1, mcap.writer, numpy, PIL'],
      `${PYTHON} -m pip install -r test/bags/requirements.txt`,
    ),
  'python-tensorboard': () =>
    failure(['-c', 'import tensorboard.backend.event_processing'], `${PYTHON} -m pip install tensorboard`),
  slurm: clusterAbsence,
  namespaces: () =>
    spawnSync('unshare', ['--pid', '--mount-proc', '--uts', '--fork', 'true'], { stdio: 'ignore' }).status ===
    0
      ? undefined
      : 'no namespaces can be made here: they take Linux, util-linux and root',
  chromium: () =>
    chromiumPath() === undefined
      ? 'there is no chromium: apt-get install chromium, or NCP_CHROMIUM names one'
      : undefined,
  'python-safetensors': () =>
    failure(['-c', 'import safetensors.numpy'], `${PYTHON} -m pip install numpy safetensors`),
};

export type RequirementName = keyof typeof absence;

function failure(args: string[], reason: string): string | undefined {
  return spawnSync(PYTHON, args, { stdio: 'ignore' }).status === 0 ? undefined : reason;
}

/** Whether NCP_REQUIRE lists it. A name there that no test knows would require nothing, so it is a fault. */
export function isRequired(name: RequirementName): boolean {
  const listed = (process.env.NCP_REQUIRE ?? '').split(',').map((entry) => entry.trim());
  const unknown = listed.find((entry) => entry !== '' && !(entry in absence));
  if (unknown !== undefined)
    throw new Error(unknownName('requirement in NCP_REQUIRE', unknown, Object.keys(absence)));
  return listed.includes(name);
}

/**
 * Looks whether something is there.
 * @throws Error when it is not and NCP_REQUIRE lists it
 */
export function requirement(name: RequirementName): Requirement {
  const reason = absence[name]();
  if (reason !== undefined && isRequired(name)) throw new Error(`NCP_REQUIRE lists ${name}: ${reason}`);
  return described(reason);
}

/** @param reason - why it is absent, or undefined */
export function described(reason: string | undefined): Requirement {
  const present = reason === undefined;
  return {
    present,
    reason: reason ?? '',
    title: (text) => (present ? text : `${text} [skipped: ${reason}]`),
  };
}
