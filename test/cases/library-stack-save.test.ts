/** Models of several LTC layers, as people stack them, predict the same when they were saved and loaded; what cannot work is refused. */
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { LTC } from '../../src/library/ltc.ts';
import { LTCCell } from '../../src/library/ltc-cell.ts';
import { AutoNCP } from '../../src/models/wiring/auto-ncp.ts';
import { FullyConnected } from '../../src/models/wiring/fully-connected.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const [T, S] = [4, 7];
const inputShape = [T, S];
const plan = () => new FullyConnected({ units: 5, outputs: 2 });
const kept = plan();

async function savedAndLoaded(net: LayersModel): Promise<LayersModel> {
  let artifacts: tf.io.ModelArtifacts = {};
  const handler = tf.io.withSaveHandler(async (given) => {
    artifacts = { ...JSON.parse(JSON.stringify(given)), weightData: given.weightData };
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await net.save(handler);
  return loadLayersModel(tf.io.fromMemory(artifacts));
}

it.each<[string, () => layers.Layer[]]>([
  [
    'two layers with a wiring each',
    () => [
      new LTC({ wiring: plan(), returnSequences: true, seed: 1, inputShape }),
      new LTC({ wiring: plan(), seed: 2 }),
      layers.dense({ units: 2 }),
    ],
  ],
  [
    'two layers of different width on one wiring',
    () => [
      new LTC({ wiring: kept, returnSequences: true, seed: 1, inputShape }),
      new LTC({ wiring: kept, seed: 2 }),
    ],
  ],
  [
    'rnn with two cells',
    () => {
      const cell = [
        new LTCCell({ wiring: plan(), seed: 1 }),
        new LTCCell({ wiring: new AutoNCP({ units: 6, outputs: 2 }), seed: 2 }),
      ];
      return [layers.rnn({ cell, inputShape } as never)];
    },
  ],
  [
    'bidirectional',
    () => {
      const layer = new LTC({ wiring: plan(), seed: 1, returnSequences: true }) as unknown as layers.RNN;
      return [layers.bidirectional({ layer, mergeMode: 'concat', inputShape })];
    },
  ],
  [
    'behind an LSTM',
    () => [
      layers.lstm({ units: 3, returnSequences: true, inputShape, recurrentInitializer: 'glorotUniform' }),
      new LTC({ wiring: plan(), seed: 2 }),
    ],
  ],
])('%s', async (_, made) => {
  const net = sequential({ layers: made() });
  const x = tf.randomUniform([2, T, S], -1, 1, 'float32', 3);
  const before = (net.predict(x) as tf.Tensor).dataSync();
  const after = ((await savedAndLoaded(net)).predict(x) as tf.Tensor).dataSync();
  expect(after).toEqual(before);
  expect(before.some((value) => value !== 0)).toBe(true);
});

it('a picture without its time axis is refused', () => {
  const net = sequential();
  net.add(layers.flatten({ inputShape: [4, 6, 3] }));
  expect(() => net.add(new LTC({ wiring: plan() }))).toThrow(/ndim|time|3/);
});

it('numbers that are not finite are refused in training', async () => {
  const net = sequential({ layers: [new LTC({ wiring: plan(), inputShape })] });
  net.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const bad = tf.fill([2, T, S], Number.NaN);
  await expect(net.fit(bad, tf.zeros([2, 2]), { epochs: 1, verbose: 0 })).rejects.toThrow('holds NaN at');
});
