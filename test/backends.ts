/**
 * Runs one body of tests per backend. Where the native one is not installed its tests are skipped, with the
 * reason in their name; with `NCP_REQUIRE=tensorflow` they fail instead.
 */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';
import { useBackend } from '../src/backend/choose.ts';
import type { BackendName } from '../src/backend/names.ts';
import { requirement } from './require.ts';

/** @param name - in the title, before the backend's name */
export function describeBackends(name: string, body: (backend: BackendName) => void): void {
  for (const backend of ['wasm', 'tensorflow'] as const) {
    const needs = backend === 'tensorflow' ? requirement('tensorflow') : undefined;
    const title = `${name} on ${backend}`;
    describe.skipIf(needs && !needs.present)(needs ? needs.title(title) : title, () => {
      beforeAll(async () => {
        await useBackend(backend);
      });
      body(backend);
    });
  }
}

/** A golden array as a tensor. */
export function tensor({ shape, data }: { shape: number[]; data: Float32Array }): tf.Tensor {
  return tf.tensor(data, shape);
}
