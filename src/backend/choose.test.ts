import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BackendError, UsageError } from '../errors.ts';
import { useBackend } from './choose.ts';
import type { BackendChoice } from './names.ts';

function withNothingInstalled(): void {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-data-'));
  vi.stubEnv('XDG_DATA_HOME', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
}

test('an unknown backend is answered with the nearest name and the list', async () => {
  const asked = useBackend('tensorfow' as BackendChoice);
  await expect(asked).rejects.toThrow(UsageError);
  await expect(asked).rejects.toThrow('did you mean "tensorflow"? Known: tensorflow, wasm, native, auto');
});

test('tensorflow, asked for where it is not installed, names the command that installs it', async () => {
  withNothingInstalled();
  const asked = useBackend('tensorflow');
  await expect(asked).rejects.toThrow(BackendError);
  await expect(asked).rejects.toThrow('`ncp-train backend install`');
});

test('auto takes the embedded backend where the native one is not installed', async () => {
  withNothingInstalled();
  expect(await useBackend('auto')).toBe('wasm');
  expect(tf.getBackend()).toBe('wasm');
});
