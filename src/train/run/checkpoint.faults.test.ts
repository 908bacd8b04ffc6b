/**
 * A checkpoint cut short: after each of its file operations in turn the process is gone, or the disk is full. What is on disk
 * must then be the old checkpoint or the new one, whole. Real kills are in test/slow/checkpoint.kill.test.ts.
 */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isAt, save, trainee } from '../../../test/programs/train-by-name.ts';
import { useBackend } from '../../backend/choose.ts';
import { DataError } from '../../errors.ts';
import { isTemporaryName } from '../../files/whole-file.ts';
import { readSafetensors } from '../../models/safetensors.ts';
import { bestCheckpoint, goBackTo, latestCheckpoint, loadCheckpoint } from './checkpoint.ts';

/** Counts file operations, and from a given one on lets all fail (`killed`) or those that need space (`full`). */
const disk = vi.hoisted(() => {
  const state = { left: Number.POSITIVE_INFINITY, fault: 'killed' as 'killed' | 'full' };
  const full = () =>
    Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 });
  return {
    state,
    /** Throws if this operation is not to happen. */
    step(needsSpace: boolean) {
      if (state.fault === 'full' && !needsSpace) return;
      if (state.left <= 0) throw state.fault === 'full' ? full() : new Error('killed');
      state.left -= 1;
    },
  };
});

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const needSpace = new Set(['mkdir', 'writeFile']);
  const wrapped = Object.entries(real).map(([name, value]) => {
    if (typeof value !== 'function' || name === 'open') return [name, value];
    const operation = value as (...args: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...args: unknown[]) => {
        disk.step(needSpace.has(name));
        return operation(...args);
      },
    ];
  });
  const open: typeof real.open = async (path, flags, mode) => {
    disk.step(flags !== 'r');
    const file = await real.open(path, flags, mode);
    const { writeFile, sync } = file;
    file.writeFile = async (data: string | Uint8Array) => {
      try {
        disk.step(true);
      } catch (error) {
        await writeFile.call(file, data.slice(0, data.length / 2));
        throw error;
      }
      return writeFile.call(file, data);
    };
    file.sync = async () => {
      disk.step(true);
      return sync.call(file);
    };
    return file;
  };
  return { ...Object.fromEntries(wrapped), open };
});

let folder: string;
let run: string;

beforeAll(async () => {
  await useBackend('wasm');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faults-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs `action` with a fault at operation `n`. @returns the error, if the fault was reached */
async function withFault(fault: 'killed' | 'full', n: number, action: () => Promise<void>) {
  Object.assign(disk.state, { fault, left: n });
  const error = await action().then(
    () => undefined,
    (reason: Error) => reason,
  );
  disk.state.left = Number.POSITIVE_INFINITY;
  return error;
}

const entries = async () => (await readdir(join(run, 'checkpoints'))).sort();

describe.each(['killed', 'full'] as const)('%s', (fault) => {
  it('after any operation of a checkpoint that becomes the best, the old or the new one is whole', {
    timeout: 120_000,
  }, async () => {
    const who = trainee('wm');
    const found = new Set<string>();
    const prepared = join(folder, 'prepared');
    for (const epoch of [0, 1, 2]) await save(prepared, who, epoch);
    let n = 0;
    for (; ; n++) {
      run = join(folder, String(n));
      await cp(prepared, run, { recursive: true });
      const error = await withFault(fault, n, () => save(run, who, 3));

      const latest = await latestCheckpoint(run);
      if (!latest) throw new Error('no checkpoint is named');
      found.add(latest.name);
      expect(latest.damaged).toEqual([]);
      await loadCheckpoint(latest.path, who.model, who.adam);
      expect(isAt(who, latest.state)).toBe(true);
      expect(['epoch_002', 'epoch_003']).toContain(latest.name);
      const best = await bestCheckpoint(run);
      expect(['epoch_000', 'epoch_003']).toContain(best?.name);
      await readSafetensors(join(best?.path as string, 'weights.safetensors'));
      if (error && fault === 'full') {
        expect(error).toBeInstanceOf(DataError);
        expect(error.message).toMatch(/checkpoints\/(epoch_003|last|best)(\/[\w.]+)?: the disk is full/);
        expect((await entries()).filter((name) => isTemporaryName(name))).toEqual([]);
      }

      // Going on from there, everything is as if nothing had happened.
      await goBackTo(run, latest.name);
      await save(run, who, 3);
      await save(run, who, 4);
      expect(await entries()).toEqual(['best', 'epoch_003', 'epoch_004', 'last']);
      await rm(run, { recursive: true });
      if (!error) break;
    }
    expect(found).toEqual(new Set(['epoch_002', 'epoch_003']));
    expect(n).toBeGreaterThan(fault === 'killed' ? 50 : 25); // so many operations were tried
  });
});
