/**
 * A disk of a few megabytes, for tests of what happens when it is full: a tmpfs, which only root may mount; elsewhere
 * the tests are skipped with the reason. Unmounted when the test file ends.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { described, type Requirement } from './require.ts';

export interface SmallDisk extends Requirement {
  readonly path: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Removes all that is on it. */
  empty(): void;
}

export function smallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'ncp-train-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]).status === 0;
  afterAll(() => {
    if (mounted) spawnSync('umount', [path]);
    rmSync(path, { recursive: true, force: true });
  });
  return {
    ...described(mounted ? undefined : 'a tmpfs cannot be mounted here, root may'),
    path,
    fill() {
      try {
        writeFileSync(join(path, 'filler'), Buffer.alloc((megabytes + 1) * 2 ** 20));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    empty() {
      for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
    },
  };
}
