/** Whole analyses of made traces, with known answers, and their files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { madeTrace } from '../../../test/made-trace.ts';
import { writeActivityOf } from '../../analyses/activity/write.ts';
import { constantsOf } from '../../analyses/lipschitz/analyse.ts';
import { largestOf, undrawn, writeConstants } from '../../analyses/lipschitz/write.ts';
import { componentsOf } from '../../analyses/pca/analyse.ts';
import { writeComponents } from '../../analyses/pca/write.ts';
import type { DrivenRoad } from '../../analyses/road/driven-road.ts';
import { openTraces } from './open-traces.ts';
import { neuronNames, sideBySide } from './trace-source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ncp-train-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const rowsOf = (name: string): Record<string, string>[] =>
  parse(readFileSync(join(folder, name), 'utf8'), { columns: true });

/** Two neurons that move together, 3:4, and one that stands. */
const STATES = [0, 1, 2, 3].map((n) => [3 * n, 4 * n, 7]);
const ROAD: DrivenRoad = {
  source: 'position',
  x: Float64Array.of(0, 1, 2, 3),
  y: Float64Array.of(0, 0, 1, 2),
};

describe('pca', () => {
  it('one direction explains all of it; scores on the road', async () => {
    const model = await componentsOf(madeTrace('wm', STATES));
    expect(model.constant).toEqual(['neuron 2']);
    const files = await writeComponents(folder, [model], () => ROAD);
    expect([...files].sort()).toEqual(readdirSync(folder).sort());
    expect([...files].sort()).toEqual([
      'components.csv',
      'explained.png',
      'explained.svg',
      'loadings.csv',
      'road-wm.png',
      'road-wm.svg',
      'scores-wm.csv',
    ]);
    const [first] = rowsOf('components.csv');
    // Steps of 5 along (3, 4)/5: variance 25 · 5/3 of 0, 1, 2, 3
    expect(Number(first.variance)).toBeCloseTo((25 * 5) / 3, 6);
    expect(Number(first.explained)).toBeCloseTo(1, 9);
    const loadings = rowsOf('loadings.csv').filter(({ component }) => component === '1');
    expect(loadings.map(({ loading }) => Number(loading))).toEqual(
      [0.6, 0.8, 0].map((n) => expect.closeTo(n)),
    );
    const scores = rowsOf('scores-wm.csv');
    expect(Object.keys(scores[0])).toEqual(['frame', 'time', 'x', 'y', 'pc1', 'pc2']);
    expect(scores.map(({ pc1 }) => Number(pc1))).toEqual(
      [-7.5, -2.5, 2.5, 7.5].map((n) => expect.closeTo(n)),
    );
  });

  it('without a road there are scores and no map; of nothing there is an error', async () => {
    const files = await writeComponents(
      folder,
      [await componentsOf(madeTrace('wm', STATES))],
      () => undefined,
    );
    expect(files.filter((name) => name.startsWith('road'))).toEqual([]);
    expect(Object.keys(rowsOf('scores-wm.csv')[0])).toEqual(['frame', 'time', 'pc1', 'pc2']);
    await expect(componentsOf(madeTrace('wm', []))).rejects.toThrow('there are no frames');
    await expect(componentsOf(madeTrace('wm', [[1], [Number.NaN]]))).rejects.toThrow(
      'neuron 0 is NaN in row 1',
    );
  });
});

describe('lipschitz', () => {
  it('of a trace alone; resets part it', async () => {
    const resets = Uint8Array.of(1, 0, 1, 0);
    const model = await constantsOf(madeTrace('wm', STATES, { resets }), 1);
    expect(Array.from(model.trace)).toEqual([30, 40, 0].map((n) => expect.closeTo(n))); // 3 and 4 in 0.1 s
    expect([model.pairs, model.map]).toEqual([2, undefined]);
    expect(undrawn(model.trace, largestOf([model]).trace)).toBe(1);
    const files = await writeConstants(folder, [model, await constantsOf(madeTrace('lstm', [[1], [1]]), 1)]);
    expect(files).toEqual(['lipschitz-trace.svg', 'lipschitz-trace.png', 'lipschitz.csv']);
    expect(rowsOf('lipschitz.csv')[2]).toEqual({ model: 'wm', neuron: 'neuron 2', trace: '0', jacobian: '' });
    await expect(constantsOf(madeTrace('wm', []), 1)).rejects.toThrow('there are no frames');
  });
});

describe('activity', () => {
  it('every neuron at every frame, with its place', async () => {
    const files = await writeActivityOf(folder, madeTrace('lstm', STATES), ROAD);
    expect(files).toEqual(['activity-lstm.svg', 'activity-lstm.png', 'activity-lstm.csv']);
    expect(rowsOf('activity-lstm.csv')[2]).toEqual({
      frame: '2',
      time: '0.2',
      x: '2',
      y: '1',
      'neuron 0': '6',
      'neuron 1': '8',
      'neuron 2': '7',
    });
  });

  it('a state that is not finite leaves nothing behind', async () => {
    const broken = madeTrace('lstm', [[1], [Number.POSITIVE_INFINITY]]);
    await expect(writeActivityOf(folder, broken, ROAD)).rejects.toThrow(
      'lstm.h5: neuron 0 is Infinity in frame 1',
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('traces', () => {
  it('states lie side by side and have names', () => {
    expect(Array.from(sideBySide([Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6)], 2))).toEqual([
      1, 2, 5, 3, 4, 6,
    ]);
    expect(neuronNames([{ name: 'neurons', units: 2 }])).toEqual(['neuron 0', 'neuron 1']);
    expect(
      neuronNames([
        { name: 'c', units: 1 },
        { name: 'h', units: 1 },
      ]),
    ).toEqual(['c 0', 'h 0']);
  });

  it('arguments that are neither of the two are refused in words', async () => {
    await expect(openTraces(['run'], 'this', { backend: 'wasm' })).rejects.toThrow(
      /this needs a recording .* got run/,
    );
    await expect(openTraces(['run', 'a.h5', 'b.h5'], 'this', { backend: 'wasm' })).rejects.toThrow(
      /one recording, got 2: a.h5, b.h5/,
    );
    await expect(openTraces(['/nowhere.h5'], 'this', { backend: 'wasm' })).rejects.toThrow(/nowhere.h5/);
  });
});
