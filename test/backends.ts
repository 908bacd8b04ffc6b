/**
 * Runs one body of tests per backend, on the native one twice: as it computes by itself, the convolutions as a graph,
 * and operation by operation. Where it is not installed its tests are skipped, with the reason in their name; with
 * `NCP_REQUIRE=tensorflow` they fail instead.
 */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { useBackend } from '../src/backend/choose.ts';
import type { BackendName } from '../src/backend/names.ts';
import { requirement } from './require.ts';

const VARIANTS = [
  { backend: 'wasm', title: 'wasm' },
  { backend: 'native', title: 'native' },
  { backend: 'tensorflow', title: 'tensorflow' },
  { backend: 'tensorflow', title: 'tensorflow, operation by operation', graph: 'off' },
] as const;

/**
 * @param name - in the title, before the backend's name
 * @param body - `byOperation`: the native backend's second time
 */
export function describeBackends(
  name: string,
  body: (backend: BackendName, byOperation: boolean) => void,
): void {
  for (const { backend, title, ...variant } of VARIANTS) {
    const needs = backend === 'wasm' ? undefined : requirement(backend);
    const full = `${name} on ${title}`;
    describe.skipIf(needs && !needs.present)(needs ? needs.title(full) : full, () => {
      beforeAll(async () => {
        if ('graph' in variant) process.env.NCP_TRAIN_GRAPH = variant.graph;
        await useBackend(backend);
      });
      afterAll(() => {
        delete process.env.NCP_TRAIN_GRAPH;
      });
      body(backend, 'graph' in variant);
    });
  }
}

/** A golden array as a tensor. */
export function tensor({ shape, data }: { shape: number[]; data: Float32Array }): tf.Tensor {
  return tf.tensor(data, shape);
}
