/**
 * A disk of a few megabytes, for tests of what happens when it is full: a tmpfs, which only root may mount; elsewhere
 * the tests are skipped with the reason. Unmounted when the test file ends.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { described, type Requirement } from './require.ts';

export function smallDisk(megabytes: number): Requirement & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'ncp-train-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]).status === 0;
  afterAll(() => {
    if (mounted) spawnSync('umount', [path]);
    rmSync(path, { recursive: true, force: true });
  });
  return { ...described(mounted ? undefined : 'a tmpfs cannot be mounted here, root may'), path };
}
