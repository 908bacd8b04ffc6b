/** Replicas give what one engine gives: the same to rounding for any number, the same bits for the same number. */

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.ts';
import type { HostBatch } from '../data/batches/host-batch.ts';
import { disposeModel, type Model } from '../models/model.ts';
import { buildModel } from '../models/registry.ts';
import { modelOptions } from '../options/schema.ts';
import { stream } from '../random/stream.ts';
import { type Engine, FRAME_SIZE, localEngine } from './engine.ts';
import { adamState } from './optimizer/optimizer.ts';
import { replicaEngine, splitEvenly } from './replicas.ts';

const OPTIONS = { curveFactor: 0.1, lr: 5e-4, convGradScaling: 1 };

function randomBatch(seed: number, T: number, B: number): HostBatch {
  const frames = new Float32Array(new SharedArrayBuffer(4 * T * B * FRAME_SIZE));
  const labels = new Float32Array(new SharedArrayBuffer(4 * T * B));
  stream(seed, 'frames').fillUniform(frames, 0, 255);
  stream(seed, 'labels').fillUniform(labels, -5, 5);
  return { T, B, frames, labels };
}

describe('replicas', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });
  const models: Model[] = [];
  const engines: Engine[] = [];
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.close()));
    models.forEach(disposeModel);
  });

  async function trained(name: 'wm' | 'cnn', replicas: number) {
    const model = buildModel(modelOptions.parse({ model: name }), 3);
    models.push(model);
    const adam = adamState(model);
    const keep = name === 'cnn' ? ([0.5, 0.5, 0.7] as const) : undefined;
    const options = { ...OPTIONS, keep };
    const engine =
      replicas === 1
        ? localEngine(model, adam, options)
        : await replicaEngine(model, adam, replicas, options);
    engines.push(engine);
    const metrics = [];
    for (let batch = 0; batch < 2; batch++) {
      const T = name === 'cnn' ? 1 : 2;
      metrics.push(await engine.step(randomBatch(batch, T, 3), { seed: 1, fold: 0, epoch: 0, batch }));
    }
    const frames = Uint8Array.from({ length: 5 * FRAME_SIZE }, (_, n) => (n * 7919) % 256);
    const values = await engine.perFrame(frames);
    const weights = createHash('sha256');
    for (const variable of model.weights.values()) weights.update(variable.dataSync());
    return { metrics, values, weights: weights.digest('hex') };
  }

  for (const name of ['wm', 'cnn'] as const) {
    const also = name === 'wm' ? '; the same number gives the same bits' : '';
    it(`${name}: two and three replicas agree with one to rounding${also}`, {
      timeout: 240_000,
    }, async () => {
      const alone = await trained(name, 1);
      for (const count of [2, 3]) {
        const several = await trained(name, count);
        if (name === 'wm' && count === 2)
          expect(await trained(name, count), 'a second time').toEqual(several);
        for (const [step, metrics] of alone.metrics.entries()) {
          for (const figure of ['loss', 'mse', 'mae', 'gradientNorm'] as const) {
            const share = several.metrics[step][figure] / metrics[figure];
            expect(Math.abs(share - 1), `${figure} of step ${step}, ${count} replicas`).toBeLessThan(1e-4);
          }
        }
        expect(several.values.length).toBe(alone.values.length);
        const largest = Math.max(...alone.values.map(Math.abs));
        for (const [n, value] of alone.values.entries()) {
          expect(Math.abs(several.values[n] - value)).toBeLessThan(1e-3 * largest);
        }
      }
    });
  }

  it('shares are as equal as can be and none is empty', () => {
    expect(splitEvenly(20, 3)).toEqual([
      { first: 0, end: 6 },
      { first: 6, end: 13 },
      { first: 13, end: 20 },
    ]);
    expect(splitEvenly(2, 4)).toHaveLength(2);
  });
});
