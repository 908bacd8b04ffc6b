/** Programs that stand in for Slurm's: each notes how it was called, then does as a line of shell says. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SlurmProgram } from '../../src/sweep/slurm/programs.ts';

const PROGRAMS: readonly SlurmProgram[] = ['sbatch', 'squeue', 'sacct', 'scontrol', 'scancel', 'sinfo'];

export interface StandIn {
  /** What is to be the PATH. */
  readonly path: string;
  /** All calls so far, a line each: `scontrol requeue 7`. */
  calls(): string[];
}

/**
 * @param folder - that the programs are put into
 * @param bodies - of scripts for sh, which find the folder in $HERE; a program without one fails
 */
export function slurmStandIn(folder: string, bodies: Partial<Record<SlurmProgram, string>>): StandIn {
  for (const program of PROGRAMS) {
    const path = join(folder, program);
    const body = bodies[program] ?? 'exit 1';
    writeFileSync(path, `#!/bin/sh\nHERE='${folder}'\necho "${program} $*" >> "$HERE/calls"\n${body}\n`);
    chmodSync(path, 0o755);
  }
  const calls = join(folder, 'calls');
  return {
    path: `${folder}:/usr/bin:/bin`,
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : []),
  };
}
