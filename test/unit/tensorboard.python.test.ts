/**
 * TensorBoard's own reader finds in the event file of a run what was put there, torn or not.
 * Needs `pip install tensorboard`; NCP_PYTHON names the interpreter (default python3).
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { disposeModel, type RecurrentModel } from '../../src/models/model.ts';
import { buildModel } from '../../src/models/registry.ts';
import { modelOptions } from '../../src/options/schema.ts';
import { EVENT_FILE, openEvents } from '../../src/train/tensorboard/event-file.ts';
import { PYTHON, requirement } from '../require.ts';

const tensorboard = requirement('python-tensorboard');
const folder = mkdtempSync(join(tmpdir(), 'tensorboard-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  await useBackend('wasm');
});

interface Read {
  scalars: Record<string, [step: number, value: number][]>;
  /** [left, right, count] of every bucket, as the histograms' page shows them. */
  histograms: Record<string, [step: number, buckets: [number, number, number][]][]>;
}

/** What `tensorboard --logdir` would show: all events, none thinned out. */
const PROGRAM = `
import json, sys
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboard.util import tensor_util
read = EventAccumulator(sys.argv[1], size_guidance={'tensors': 0}).Reload()
found = {'scalars': {}, 'histograms': {}}
for tag in read.Tags()['tensors']:
    plugin = read.SummaryMetadata(tag).plugin_data.plugin_name
    found[plugin][tag] = [[e.step, tensor_util.make_ndarray(e.tensor_proto).tolist()] for e in read.Tensors(tag)]
print(json.dumps(found).replace('Infinity', '"beyond 32 bits"'))`;

function read(run: string): Read {
  return JSON.parse(
    execFileSync(PYTHON, ['-c', PROGRAM, dirname(join(run, EVENT_FILE))], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
}

test.skipIf(!tensorboard.present)(
  tensorboard.title(
    'TensorBoard reads every scalar and histogram, also of a run that was killed and resumed',
  ),
  async () => {
    const model = buildModel(modelOptions.parse({ model: 'wm' }), 1) as RecurrentModel;
    let events = await openEvents(folder, { epoch: 0, batch: 0, valid: null }, 2);
    const train = (epoch: number, from = 0) => {
      for (let batch = from; batch < 2; batch++)
        events.stepped(epoch, batch, { mse: 10 * epoch + batch, mae: 3, gradientNorm: 1e39 });
      events.epochEnded(epoch, { loss: epoch + 0.5, mae: 4, gradientNorm: 5, framesPerSecond: 600 });
    };
    events.validated(0, { loss: 7, mae: 0.25 }, model);
    train(0);
    events.validated(1, { loss: 8, mae: 0.5 }, model);
    train(1);
    events.close();
    const torn = readFileSync(join(folder, EVENT_FILE));
    appendFileSync(join(folder, EVENT_FILE), torn.subarray(0, 30));
    const beforeResume = read(folder);

    events = await openEvents(folder, { epoch: 1, batch: 1, valid: { loss: 8, mae: 0.5 } }, 2);
    train(1, 1);
    events.validated(2, { loss: 9, mae: 0.75 }, model);
    events.close();
    const { scalars, histograms } = read(folder);

    expect(beforeResume.scalars['loss/train']).toEqual([
      [0, 0.5],
      [1, 1.5],
    ]);
    const series = (...values: number[]) => values.map((value, step) => [step, value]);
    expect(scalars).toEqual({
      'loss/train': series(0.5, 1.5),
      'loss/valid': series(7, 8, 9),
      'mae/train': series(4, 4),
      'mae/valid': series(0.25, 0.5, 0.75),
      gradient_norm: series(5, 5),
      frames_per_second: series(600, 600),
      'batch/loss': series(0, 1, 10, 11),
      'batch/mae': series(3, 3, 3, 3),
      'batch/gradient_norm': series(...Array(4).fill('beyond 32 bits')),
    });

    expect(Object.keys(histograms).sort()).toEqual(
      Array.from(model.weights.keys(), (name) => `weights/${name}`).sort(),
    );
    for (const [tag, points] of Object.entries(histograms)) {
      expect(points.map(([step]) => step)).toEqual([0, 1, 2]);
      const name = tag.slice('weights/'.length);
      const values = model.weights.get(name)?.dataSync() as Float32Array;
      const buckets = points[2][1];
      expect(buckets[0][0], tag).toBe(Math.min(...valuesThatExist(model, name, values)));
      expect(buckets.at(-1)?.[1], tag).toBe(Math.max(...valuesThatExist(model, name, values)));
      const counted = buckets.reduce((sum, [, , count]) => sum + count, 0);
      expect(counted, tag).toBe(valuesThatExist(model, name, values).length);
      buckets.slice(1).forEach(([left], n) => {
        expect(left, tag).toBe(buckets[n][1]);
      });
    }
    expect(histograms['weights/wm/cm'][0][1]).toEqual([[0.5, 0.5, 19]]); // all the same
    disposeModel(model);
  },
);

/** Of the parameters of synapses those that the wiring has. */
function valuesThatExist({ wiring }: RecurrentModel, name: string, values: Float32Array): number[] {
  const [, sensory, parameter] = /^wm\/(sensory_)?(w|mu|sigma|erev)$/.exec(name) ?? [];
  const polarity = sensory ? wiring?.sensory : wiring?.neural;
  return Array.from(values).filter((_, n) => parameter === undefined || polarity?.[n] !== 0);
}

test.skipIf(!tensorboard.present)(
  tensorboard.title('weights that are not numbers do not spoil the file'),
  async () => {
    const run = join(folder, 'damaged');
    const events = await openEvents(run, { epoch: 0, batch: 0, valid: null }, 1);
    const variable = { dataSync: () => Float32Array.of(Number.NaN, 1, Number.NEGATIVE_INFINITY) };
    const nothing = { dataSync: () => Float32Array.of(Number.NaN) };
    const weights = new Map([
      ['some', variable],
      ['none', nothing],
    ]);
    events.validated(0, { loss: 1, mae: 1 }, { weights, existing: new Map() } as never);
    events.close();
    expect(read(run).histograms).toEqual({ 'weights/some': [[0, [[1, 1, 1]]]], 'weights/none': [[0, []]] });
  },
);
