/** `ncp-train backend list`: what is installed, without trying it; `doctor` tries. */
import { listBackends } from '../backend/doctor.ts';
import { backendListOptions } from '../options/commands/machine.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';

export default defineCommand({
  options: backendListOptions,
  run(_, __, { print }) {
    const backends = listBackends();
    const list = backends.map(({ name, works, version, path, remedy }) => ({
      name,
      installed: works,
      version,
      path,
      remedy,
    }));
    const rows = backends.map(({ name, version, path, reason, remedy }) => [
      name,
      version ?? `${reason}: ${remedy}`,
      path ?? '',
    ]);
    print(list, aligned(rows));
  },
});
