/** `ncp-train backend list`: what is installed, without trying it; `doctor` tries. */
import type { Command } from 'commander';
import { listBackends } from '../backend/doctor.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';

export function define(command: Command): void {
  command.option('--json', 'print JSON').action(({ json }) => {
    const backends = listBackends();
    if (json) {
      const rows = backends.map(({ name, works, version, path, remedy }) => ({
        name,
        installed: works,
        version,
        path,
        remedy,
      }));
      print(JSON.stringify(rows, null, 2));
      return;
    }
    const rows = backends.map(({ name, version, path, reason, remedy }) => [
      name,
      version ?? `${reason}: ${remedy}`,
      path ?? '',
    ]);
    print(aligned(rows));
  });
}
