/**
 * The table of commands: what each is called, a line about it, and the file that defines it. The files are imported
 * only when their command is used, so that `--help` is quick.
 */
import type { Command } from 'commander';

export interface CommandFile {
  /** Adds arguments, options and the action. */
  define(command: Command): void;
}

export interface CommandEntry {
  /** Words as typed, e.g. `backend install`. */
  name: string;
  summary: string;
  load: () => Promise<CommandFile>;
}

/** Groups of commands, by their first word. */
export const groups: Record<string, string> = {
  backend: 'install, list or remove the native backend',
};

export const commands: CommandEntry[] = [
  {
    name: 'backend install',
    summary: 'get TensorFlow and compile the native backend',
    load: () => import('./backend-install.ts'),
  },
  {
    name: 'backend list',
    summary: 'say which backends are installed',
    load: () => import('./backend-list.ts'),
  },
  { name: 'backend remove', summary: 'delete the native backend', load: () => import('./backend-remove.ts') },
  {
    name: 'doctor',
    summary: 'say what works here, and how to mend what does not',
    load: () => import('./doctor.ts'),
  },
];
