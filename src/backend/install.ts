/**
 * `backend install` and `backend remove`: makes an installation of the native backend in the user's data folder.
 *
 * Everything is made in a folder `.partial-…` beside the final one. Only when the add-on has loaded there and
 * computed rightly does the folder get its name, and then the file `current` names it. Both are renames, so
 * stopped at any moment, even by SIGKILL, there is the old installation or the new one and nothing between; what
 * an interrupted install left behind is swept by the next.
 */

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { BackendError, UsageError } from '../errors.ts';
import { acquireLock, lockFolder } from '../files/lock.ts';
import { exitStatusOf, STOP_SIGNALS } from '../stop-signals.ts';
import { say, terminal } from '../terminal.ts';
import { compileAddon } from './install/compiler.ts';
import { adopt, keepLibraries, madeFolder, stageFolder, sweep } from './install/folder.ts';
import { placePackages } from './install/package.ts';
import { fetchTensorFlow } from './install/pip.ts';
import { stopAll } from './install/process.ts';
import { reporting } from './install/progress.ts';
import { type FoundTensorFlow, tensorflowOf } from './install/python.ts';
import { checkPlatform, checkRequirements } from './install/requirements.ts';
import { TENSORFLOW, TFJS_NODE } from './install/versions.ts';
import {
  currentFile,
  type Installation,
  tensorflowFolder,
  tensorflowInstallation,
  tildePath,
} from './paths.ts';
import { probe } from './probe.ts';

export interface InstallOptions {
  /** TensorFlow with its CUDA libraries. */
  gpu?: boolean;
  /** An interpreter: its own TensorFlow is used if it has one, otherwise its pip. `python3` unless given. */
  python?: string;
  /** Version of TensorFlow. */
  tensorflow?: string;
}

export interface Installed {
  installation: Installation;
  /** True where it was there already and nothing was done. */
  already: boolean;
}

/** Room for the wheel, its unpacked files and what stays (0.9 GB; with CUDA 7 GB), in bytes. */
const ROOM = { fetched: 3e9, gpu: 14e9, existing: 1e8 };

/**
 * Installs the native backend, or finds that what is asked for is there and works.
 * @throws UsageError for a malformed version
 * @throws ConfigError while another install is under way
 * @throws BackendError where something is missing, without network, or when the result does not work
 * @throws DataError when the disk is full
 */
export async function installTensorFlow(options: InstallOptions): Promise<Installed> {
  if (options.tensorflow !== undefined && !/^\d+\.\d+\.\d+(rc\d+)?$/.test(options.tensorflow)) {
    throw new UsageError(`--tensorflow ${options.tensorflow}: expected a version such as ${TENSORFLOW}`);
  }
  checkPlatform(options.gpu === true);
  const root = madeFolder(tensorflowFolder());
  const lock = await lockInstallations(root);
  const release = onStop(() => {
    stopAll();
    sweep(root);
    rmSync(lockFolder(join(root, LOCK)), { recursive: true, force: true });
  });
  try {
    sweep(root);
    const current = tensorflowInstallation();
    const asked = {
      ...options,
      python: options.python?.includes('/') ? resolve(options.python) : options.python,
    };
    if (current !== undefined && satisfies(current, asked)) {
      const probed = await reporting('checking what is installed', () => probe({ backend: 'tensorflow' }));
      if (probed.works) return { installation: current, already: true };
      say(`what is installed does not work and is made anew: ${probed.reason}`);
    }
    return { installation: await make(root, asked), already: false };
  } finally {
    sweep(root);
    await lock.release();
    release();
  }
}

/** Deletes every installation of this user. @returns whether there was anything */
export async function removeTensorFlow(): Promise<boolean> {
  const root = tensorflowFolder();
  if (!existsSync(root)) return false;
  const lock = await lockInstallations(root);
  rmSync(currentFile(), { force: true }); // from here on none is installed, even if the rest is interrupted
  const names = readdirSync(root).filter((name) => name !== basename(lockFolder(join(root, LOCK))));
  for (const name of names) rmSync(join(root, name), { recursive: true });
  await lock.release();
  rmSync(root, { recursive: true });
  return names.length > 0;
}

const LOCK = 'installations';

const lockInstallations = (root: string) =>
  acquireLock(join(root, LOCK), {
    what: `${tildePath(root)}, where the native backend is installed,`,
    onWait: say,
  });

/** Without options any installation will do; an option that is given has to fit. */
function satisfies(current: Installation, { gpu, python, tensorflow }: InstallOptions): boolean {
  return (
    current.tfjs === TFJS_NODE &&
    (gpu === undefined || gpu === current.gpu) &&
    (python === undefined || python === current.python) &&
    (tensorflow === undefined || tensorflow === current.tensorflow)
  );
}

async function make(root: string, options: InstallOptions): Promise<Installation> {
  const { gpu = false, python = 'python3', tensorflow = TENSORFLOW } = options;
  const existing = options.python === undefined ? undefined : usable(tensorflowOf(python), options);
  const room = existing !== undefined ? ROOM.existing : gpu ? ROOM.gpu : ROOM.fetched;
  const compiler = checkRequirements(python, root, room, existing === undefined);

  const stage = stageFolder(root);
  await placePackages(stage, python);
  if (existing === undefined) {
    const site = join(stage, 'site');
    await fetchTensorFlow(python, tensorflow, gpu, site, join(stage, 'temporary'));
    await compileAddon(compiler, stage, join(site, 'tensorflow'), '$ORIGIN/site/tensorflow');
    keepLibraries(stage);
  } else {
    await compileAddon(compiler, stage, existing.folder, existing.folder);
  }
  const described = {
    tensorflow: existing?.version ?? tensorflow,
    tfjs: TFJS_NODE,
    gpu: existing?.gpu ?? gpu,
    python: options.python, // absent from the file where it is not given
    inPlace: existing !== undefined,
  };
  writeFileSync(join(stage, 'installation.json'), `${JSON.stringify(described, null, 2)}\n`);

  const probed = await reporting('trying it', () => probe({ backend: 'tensorflow', installation: stage }));
  if (!probed.works) {
    throw new BackendError(`what was built does not work; nothing was installed:\n${probed.reason}`);
  }
  const kind = existing !== undefined ? 'python' : gpu ? 'cuda' : 'cpu';
  return adopt(root, stage, `${described.tensorflow}-${kind}`);
}

/** The interpreter's own TensorFlow, unless another version or kind is asked for. */
function usable(
  found: FoundTensorFlow | undefined,
  { gpu, tensorflow }: InstallOptions,
): FoundTensorFlow | undefined {
  if (found === undefined || (tensorflow !== undefined && tensorflow !== found.version)) return undefined;
  return gpu === true && !found.gpu ? undefined : found;
}

/** Tidies up when the user or the system stops this process. @returns the function that ends this */
function onStop(tidy: () => void): () => void {
  const stop = (signal: NodeJS.Signals) => {
    tidy();
    terminal.endAll();
    say('stopped; nothing was installed');
    process.exit(exitStatusOf(signal));
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, stop);
  };
}
