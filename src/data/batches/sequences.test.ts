import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../errors.ts';
import { Concatenation } from './concatenation.ts';
import { batchesPerEpoch, FrameDealer, SequenceSampler } from './sequences.ts';

const KEY = { seed: 1, fold: 0 };

/** Recordings of given steps in time, s, laid end to end whole. */
function laidOut(...steps: number[][]): Concatenation {
  let time = 0;
  const recordings = steps.map((of) => {
    time += 100;
    let at = time;
    const timestamps = Float64Array.from([
      time,
      ...of.map((step) => {
        at += step;
        return at;
      }),
    ]);
    time = at;
    return { timestamps };
  });
  const segments = recordings.map(({ timestamps }, recording) => ({
    recording,
    first: 0,
    count: timestamps.length,
  }));
  return new Concatenation(segments, recordings);
}

describe('frames before which others are missing', () => {
  const timestamps = Float64Array.from({ length: 40 }, (_, n) => n * 0.05);
  const segments = [
    { recording: 0, first: 5, count: 20 },
    { recording: 0, first: 30, count: 10 },
  ];
  const frames = new Concatenation(segments, [{ timestamps, sequenceStarts: [2, 12, 30, 33] }]);

  it('cut the row, though no time passes there; not with the paper’s reading', () => {
    expect(frames.pieces('none')).toEqual([
      { first: 0, count: 7 },
      { first: 7, count: 13 },
      { first: 20, count: 3 },
      { first: 23, count: 7 },
    ]);
    expect(frames.pieces('paper')).toEqual([{ first: 0, count: 30 }]);
  });

  it('are in no sequence that is drawn', () => {
    const sampler = new SequenceSampler(frames, 5, 'none');
    for (const first of sampler.batch(KEY, 0, 0, 500)) {
      for (const start of [7, 20, 23]) expect(first < start && first + 5 > start).toBe(false);
    }
  });
});

const evenly = (frames: number) => new Array<number>(frames - 1).fill(0.04);

describe('the frames of a split laid end to end', () => {
  const recordings = [
    { timestamps: Float64Array.of(0, 1, 2, 3) },
    { timestamps: Float64Array.of(4, 5, 3, 9, 10) },
  ];
  const frames = new Concatenation(
    [
      { recording: 1, first: 1, count: 4 },
      { recording: 0, first: 2, count: 2 },
      { recording: 0, first: 0, count: 1 },
    ],
    recordings,
  );

  it('are found again in their recordings', () => {
    expect(Array.from(frames.timestamps)).toEqual([5, 3, 9, 10, 2, 3, 0]);
    const found = Array.from({ length: 7 }, (_, n) => frames.locate(n)).map((at) => [
      at.recording,
      at.frame,
      at.left,
    ]);
    expect(found).toEqual([
      [1, 1, 4],
      [1, 2, 3],
      [1, 3, 2],
      [1, 4, 1],
      [0, 2, 2],
      [0, 3, 1],
      [0, 0, 1],
    ]);
  });

  it('are cut at skips, steps back and borders, or at skips alone for compat paper', () => {
    const cuts = (compat: 'none' | 'paper') =>
      frames.pieces(compat).map(({ first, count }) => [first, count]);
    // 5 | 3 | 9 10 | 2 3 | 0
    expect(cuts('none')).toEqual([
      [0, 1],
      [1, 1],
      [2, 2],
      [4, 2],
      [6, 1],
    ]);
    expect(cuts('paper')).toEqual([
      [0, 2],
      [2, 5],
    ]);
  });

  it('are cut by exactly 5 s, not by a little less', () => {
    const pieces = laidOut([4.999, 5, 1]).pieces('none');
    expect(pieces).toEqual([
      { first: 0, count: 2 },
      { first: 2, count: 2 },
    ]);
  });
});

describe('drawing sequences', () => {
  // Steps in time, some of which cut.
  const step = fc.oneof(
    { weight: 20, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(5, 7, 4.99, -3) },
  );
  const layout = fc.array(fc.array(step, { minLength: 1, maxLength: 80 }), { minLength: 1, maxLength: 5 });

  it('never spans a skip, a step back or a file, and gives the same again', () => {
    fc.assert(
      fc.property(layout, fc.integer({ min: 1, max: 12 }), fc.nat(50), (steps, T, batch) => {
        const frames = laidOut(...steps);
        let sampler: SequenceSampler;
        try {
          sampler = new SequenceSampler(frames, T, 'none');
        } catch (error) {
          // Only where there is truly none.
          expect(error).toBeInstanceOf(DataError);
          const fits = frames
            .pieces('none')
            .filter(({ first, count }) => count >= T && first < frames.frames - T);
          expect(fits).toEqual([]);
          return;
        }
        const starts = sampler.batch(KEY, 3, batch, 20);
        for (const start of starts) {
          expect(start).toBeLessThan(frames.frames - T);
          expect(frames.locate(start).left).toBeGreaterThanOrEqual(T);
          for (let i = start + 1; i < start + T; i++) {
            const elapsed = frames.timestamps[i] - frames.timestamps[i - 1];
            expect(elapsed >= 0 && elapsed < 5).toBe(true);
          }
        }
        expect(new SequenceSampler(frames, T, 'none').batch(KEY, 3, batch, 20)).toEqual(starts);
      }),
    );
  });

  it('draws every possible start equally often', () => {
    // 10 and 8 frames, T = 4: starts 0..6 and 10..13 (18 − 4 = 14 is not drawn).
    const sampler = new SequenceSampler(laidOut(evenly(10), evenly(8)), 4, 'none');
    const times = new Map<number, number>();
    for (let batch = 0; batch < 1100; batch++) {
      for (const start of sampler.batch(KEY, 0, batch, 20)) times.set(start, (times.get(start) ?? 0) + 1);
    }
    expect(Array.from(times.keys()).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13]);
    // 22,000 draws over 11 starts: 2000 each, deviation 43.
    for (const count of times.values()) expect(Math.abs(count - 2000)).toBeLessThan(5 * 43);
  });

  it('depends on seed, fold, epoch and batch, each', () => {
    const sampler = new SequenceSampler(laidOut(evenly(5000)), 16, 'none');
    const batches = [
      sampler.batch(KEY, 0, 0, 20),
      sampler.batch({ seed: 2, fold: 0 }, 0, 0, 20),
      sampler.batch({ seed: 1, fold: 1 }, 0, 0, 20),
      sampler.batch(KEY, 1, 0, 20),
      sampler.batch(KEY, 0, 1, 20),
    ];
    expect(new Set(batches.map(String)).size).toBe(5);
  });

  it('spans two files less than 5 s apart for compat paper only', () => {
    const recordings = [{ timestamps: Float64Array.of(0, 1, 2) }, { timestamps: Float64Array.of(3, 4, 5) }];
    const whole = [0, 1].map((recording) => ({ recording, first: 0, count: 3 }));
    const frames = new Concatenation(whole, recordings);
    const starts = new SequenceSampler(frames, 4, 'paper').batch(KEY, 0, 0, 50);
    expect(new Set(starts)).toEqual(new Set([0, 1]));
    expect(() => new SequenceSampler(frames, 4, 'none')).toThrow(DataError);
    expect(() => new SequenceSampler(frames, 4, 'none')).toThrow(/no sequence of 4 frames: of 6.*at most 3/);
  });
});

describe('batches of an epoch', () => {
  it('are as many as fit, without the remainder', () => {
    expect(batchesPerEpoch(1000, { kind: 'recurrent', T: 16, B: 20 })).toBe(3); // 1000/320
    expect(batchesPerEpoch(1000, { kind: 'frames', B: 20 })).toBe(50);
  });

  it('are refused where there is none', () => {
    expect(() => batchesPerEpoch(319, { kind: 'recurrent', T: 16, B: 20 })).toThrow(DataError);
    expect(() => batchesPerEpoch(319, { kind: 'recurrent', T: 16, B: 20 })).toThrow(
      /needs 320.*there are 319/,
    );
    expect(() => batchesPerEpoch(19, { kind: 'frames', B: 20 })).toThrow(/20 frames needs 20.*there are 19/);
  });

  it('of single frames hold every frame once but for the remainder, each batch sorted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 30 }), (frames, B) => {
        const dealer = new FrameDealer(frames);
        const batches = Array.from({ length: Math.floor(frames / B) }, (_, batch) =>
          dealer.batch(KEY, 0, batch, B),
        );
        for (const batch of batches) {
          expect(batch.length).toBe(B);
          expect(batch).toEqual([...batch].sort((a, b) => a - b));
        }
        const dealt = batches.flat();
        expect(new Set(dealt).size).toBe(dealt.length);
        expect(dealt.every((n) => n >= 0 && n < frames)).toBe(true);
      }),
    );
  });

  it('of single frames are dealt anew for every epoch, and alike whatever was dealt before', () => {
    const dealer = new FrameDealer(200);
    const first = dealer.batch(KEY, 0, 2, 20);
    expect(dealer.batch(KEY, 1, 2, 20)).not.toEqual(first);
    expect(dealer.batch(KEY, 0, 2, 20)).toEqual(first);
    expect(new FrameDealer(200).batch(KEY, 0, 2, 20)).toEqual(first);
  });
});
