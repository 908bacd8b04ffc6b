/**
 * Where the native backend lives on disk, and which installation is the current one.
 *
 *   ~/.local/share/ncp-train/tensorflow/      (XDG_DATA_HOME is honoured)
 *     current                                 one line: the name of the folder in use
 *     2.21.0-cpu/installation.json            what was installed, written before the folder gets its name
 *     2.21.0-cpu/tfjs_binding.node            the add-on
 *     2.21.0-cpu/node_modules/                @tensorflow/tfjs-node-gpu and what it requires
 *     2.21.0-cpu/site/tensorflow/             TensorFlow's two libraries (absent where a Python's own is used)
 *     .partial-…/                             an install under way, or what an interrupted one left
 *
 * Only reads and names; `install.ts` writes, `tensorflow.ts` loads.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** What `installation.json` holds. */
export interface Installation {
  /** Absolute path of the installation's folder; where it was read from, not stored. */
  readonly path: string;
  /** Version of TensorFlow, e.g. `2.21.0`. */
  readonly tensorflow: string;
  /** Version of @tensorflow/tfjs-node-gpu, which must be that of tfjs-core. */
  readonly tfjs: string;
  /** True where TensorFlow came with its CUDA libraries. */
  readonly gpu: boolean;
  /** The Python interpreter that was asked for, if one was. */
  readonly python?: string;
  /** True where that interpreter's own TensorFlow is used where it is; false where TensorFlow was downloaded. */
  readonly inPlace: boolean;
}

/** Folder of everything this program keeps for a user. A relative XDG_DATA_HOME is ignored, as its standard asks. */
export function dataFolder(): string {
  const xdg = process.env.XDG_DATA_HOME;
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'share');
  return join(base, 'ncp-train');
}

/** Folder of all native installations. */
export function tensorflowFolder(): string {
  return join(dataFolder(), 'tensorflow');
}

/** File naming the installation in use. */
export function currentFile(): string {
  return join(tensorflowFolder(), 'current');
}

/** The path as people write it: `~` for the home folder. */
export function tildePath(path: string): string {
  const home = homedir();
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** The native backend installed for this user, or undefined. A folder without its description does not count. */
export function tensorflowInstallation(): Installation | undefined {
  if (!existsSync(currentFile())) return undefined;
  const name = readFileSync(currentFile(), 'utf8').trim();
  return name === '' ? undefined : readInstallation(join(tensorflowFolder(), name));
}

/** Reads the description in one installation's folder; undefined where there is none or it is damaged. */
export function readInstallation(path: string): Installation | undefined {
  try {
    const described = JSON.parse(readFileSync(join(path, 'installation.json'), 'utf8'));
    return typeof described?.tensorflow === 'string' ? { ...described, path } : undefined;
  } catch {
    return undefined;
  }
}
