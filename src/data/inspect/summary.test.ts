import { expect, test } from 'vitest';
import type { Dataset } from '../recordings/dataset-config.ts';
import type { RecordingInfo } from '../recordings/recording.ts';
import { summarise } from './summary.ts';

const dataset: Dataset = {
  dir: '/drives',
  recordings: [],
  crop: 'paper',
  channelOrder: 'rgb',
  labelSign: -1,
  labelScale: 100,
  labelScaleAssumed: false,
  folds: { auto: 2 },
};

/** A drive at 20 Hz with labels 0, 0.01, 0.02 … 0.09, 0 … */
function info(name: string, frames: number, times?: (n: number) => number): RecordingInfo {
  return {
    path: `/drives/${name}`,
    name,
    frames,
    height: 120,
    width: 160,
    labels: Float64Array.from({ length: frames }, (_, n) => (n % 10) / 100),
    timestamps: Float64Array.from({ length: frames }, (_, n) => times?.(n) ?? n / 20),
  };
}

test('frames, memory, rate, skips and labels are those of all recordings, labels as models learn them', () => {
  const skipping = (n: number) => n / 20 + (n >= 50 ? 5 : 0) - (n >= 80 ? 2 : 0);
  const summary = summarise(dataset, [info('a.h5', 100), info('b.h5', 200, skipping)]);
  expect(summary).toMatchObject({ frames: 300, croppedBytes: 300 * 46_800, skips: 1, backward: 1 });
  expect(summary.rate).toBeCloseTo(20, 6);
  expect(summary.recordings[1]).toMatchObject({
    name: 'b.h5',
    frames: 200,
    skips: 1,
    backward: 1,
    height: 120,
  });
  expect(summary.recordings[1].seconds).toBeCloseTo(199 / 20 + 3, 9);
  // Labels 0, −1 … −9, each a tenth of the frames: mean −4.5, variance (10² − 1)/12.
  expect(summary.labels.mean).toBeCloseTo(-4.5, 9);
  expect(summary.labels.deviation).toBeCloseTo(Math.sqrt(99 / 12), 9);
  // −9 … −6, then −5 … −1, then 0: of each value 30 frames.
  expect(summary.labels.histogram).toEqual([0, 120, 150, 30, 0, 0]);
  expect(summary.labels).toMatchObject({ below: 0, above: 0 });
  expect(summary.suggestedScale).toBe(50);
});

test('labels outside the histogram are counted apart', () => {
  const { labels } = summarise({ ...dataset, labelScale: 1000 }, [info('a.h5', 100)]);
  // 0, −10 … −90, each ten times: −70, −80 and −90 lie below −60.
  expect(labels).toMatchObject({ below: 30, above: 0, histogram: [50, 10, 0, 10, 0, 0] });
  const mirrored = summarise({ ...dataset, labelScale: 1000, labelSign: 1 }, [info('a.h5', 100)]);
  expect(mirrored.labels).toMatchObject({ below: 0, above: 30 });
});

test('the folds are listed with their frames', () => {
  const { splits, splitFault } = summarise(dataset, [info('a.h5', 400), info('b.h5', 600)]);
  expect(splitFault).toBeUndefined();
  // Validation of a.h5: 2·(20 + 12), of b.h5: 2·(30 + 2).
  expect(splits).toMatchObject([
    { name: 'fold 0', train: 536, validation: 64, test: 400 },
    { name: 'fold 1', train: 336, validation: 64, test: 600 },
  ]);
});

test('where the paper’s names are not there, why is said; where some are, their folds are listed', () => {
  const paper = { ...dataset, folds: 'paper' as const };
  const foreign = summarise(paper, [info('a.h5', 400)]);
  expect(foreign.splits).toEqual([]);
  expect(foreign.splitFault).toContain('--folds auto:K');
  const two = ['20180705-203123_blue_prius_mit_to_devens.h5', '20180728-131056_blue_prius_everett_to_mit.h5'];
  const some = summarise(
    paper,
    two.map((name) => info(name, 400)),
  );
  expect(some.splits.map(({ name }) => name)).toEqual(['fold 0']);
  expect(some.splitFault).toContain('fold 1');
});

test('the active set is known by its names', () => {
  const times = ['20190628-094335', '20190628-150233'];
  const infos = times.map((time) => info(`${time}_blue_prius_devens_rightside.h5`, 100));
  expect(summarise({ ...dataset, folds: 'paper' }, infos).splits).toMatchObject([
    { name: 'active', train: 100, validation: 100, test: 0 },
  ]);
});
