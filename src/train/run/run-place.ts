/** Where the run of a set of options lies. On its own, so that commands know it without loading what trains. */
import { join } from 'node:path';
import type { ActiveOptions, PassiveOptions } from '../../options/schema.ts';

/** `sessions/passive/{model}_{base_path}/experiment_{id}`, `sessions/active/{model}_{base_path}`. */
export function runFolder(command: 'passive', options: PassiveOptions): string;
export function runFolder(command: 'active', options: ActiveOptions): string;
export function runFolder(command: 'passive' | 'active', options: PassiveOptions | ActiveOptions): string {
  const session = join(options.sessions_dir, command, `${options.model}_${options.base_path}`);
  return 'experiment_id' in options ? join(session, `experiment_${options.experiment_id}`) : session;
}
