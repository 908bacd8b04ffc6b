/**
 * Whether an installation of the native backend is this user's own: what is in it runs with the user's rights. Checked before any of it
 * is loaded: its folders, those above them, and what is loaded first belong to this user or to root, and nobody else may write them.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BackendError } from '../errors.ts';
import { tildePath } from './paths.ts';

/** An installation that others can change. */
export class UntrustedInstallationError extends BackendError {}

/** In an installation: what is loaded first, and the folders of what that loads. */
const PARTS = [
  '.',
  'installation.json',
  'tfjs_binding.node',
  'quiet.node',
  'node_modules',
  'node_modules/@tensorflow',
  'node_modules/@tensorflow/tfjs-node-gpu',
  'site',
  'site/tensorflow',
];

const [GROUP_WRITES, ANYONE_WRITES, STICKY] = [0o020, 0o002, 0o1000];

/** @throws UntrustedInstallationError naming the file or folder, and what to do */
export function refuseUntrusted(installation: string): void {
  const folder = realpathSync(installation);
  for (const part of PARTS) refuse(join(folder, part), false);
  for (let above = dirname(folder); ; above = dirname(above)) {
    refuse(above, true);
    if (above === dirname(above)) return;
  }
}

/** @param isAbove - a folder such as /tmp, where everyone may make files and touch only their own (sticky), is none to refuse */
function refuse(path: string, isAbove: boolean): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return; // what is missing fails where it is loaded
  const [user, group] = [process.getuid?.(), process.getgid?.()];
  const reason =
    status.uid !== user && status.uid !== 0
      ? `belongs to another user (${status.uid}, you are ${user})`
      : isAbove && status.mode & STICKY
        ? undefined
        : status.mode & ANYONE_WRITES
          ? 'may be written by every user'
          : status.mode & GROUP_WRITES && status.gid !== group && status.gid !== 0
            ? `may be written by the group ${status.gid}, which is not yours`
            : undefined;
  if (reason === undefined || status.isSymbolicLink()) return;
  throw new UntrustedInstallationError(
    `the backend "tensorflow" is not loaded: ${tildePath(path)} ${reason}, who could have it run anything. ` +
      'Make it yours alone (chown, chmod go-w), or remove it and run `ncp-train backend install`, or use `--backend wasm`',
  );
}
