import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../errors.ts';
import { PAPER_FOLDS } from './folds.ts';
import { activeSplit, passiveSplit, type Segment, validationFrames } from './split.ts';

const sized = (...frames: number[]) => frames.map((count, n) => ({ name: `${n}.h5`, frames: count }));
const total = (segments: Segment[]) => segments.reduce((sum, { count }) => sum + count, 0);

const ACTIVE = [
  '20190628-094335',
  '20190628-150233',
  '20190723-133449',
  '20190723-134708',
  '20190723-154501',
  '20190723-161821',
].map((time) => ({ name: `${time}_blue_prius_devens_rightside.h5`, frames: 1200 }));

describe('the frames at each end that validate', () => {
  it.each([
    [600, 32], // s = 30, 30 + 16 − 14
    [640, 48], // s = 32, a multiple of 16 already: 32 + 16
    [48, 16], // s = 2
    [1, 16],
    [20_000, 1008], // s = 1000, 1000 + 16 − 8
  ])('of %i frames are %i', (frames, ends) => {
    expect(validationFrames(frames)).toBe(ends);
  });
});

describe('the split of a fold', () => {
  it('cuts head and tail off the recordings that are not tested', () => {
    const split = passiveSplit(sized(600, 100, 640), { files: [['1.h5']] }, 0);
    expect(split).toEqual({
      train: [
        { recording: 0, first: 32, count: 536 },
        { recording: 2, first: 48, count: 544 },
      ],
      validation: [
        { recording: 0, first: 0, count: 32 },
        { recording: 0, first: 568, count: 32 },
        { recording: 2, first: 0, count: 48 },
        { recording: 2, first: 592, count: 48 },
      ],
      test: [{ recording: 1, first: 0, count: 100 }],
      notes: [],
    });
  });

  it('trains on the whole of a recording that is too short to be cut, and says so', () => {
    const split = passiveSplit(sized(47, 48, 10), { files: [['2.h5']] }, 0);
    expect(split.train).toEqual([
      { recording: 0, first: 0, count: 47 },
      { recording: 1, first: 16, count: 16 },
    ]);
    expect(split.notes).toEqual([expect.stringMatching(/^0\.h5 has 47 frames/)]);
  });

  it('has every frame in exactly one part, and the ends of the size the rule says', () => {
    const frames = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(frames, fc.nat(), fc.nat(), (counts, k, f) => {
        const auto = 2 + (k % (counts.length - 1));
        const recordings = [...sized(...counts), { name: 'z.h5', frames: 100 }];
        const split = passiveSplit([{ name: '.h5', frames: 100 }, ...recordings], { auto }, f % auto);
        const all = [{ frames: 100 }, ...recordings];
        const seen = all.map((recording) => new Uint8Array(recording.frames));
        for (const { recording, first, count } of [...split.train, ...split.validation, ...split.test]) {
          for (let n = first; n < first + count; n++) seen[recording][n]++;
        }
        expect(seen.every((times) => times.every((n) => n === 1))).toBe(true);
        for (const { recording, count } of split.validation) {
          expect(count).toBe(validationFrames(all[recording].frames));
          expect(count % 16).toBe(0);
        }
        const ofTest = new Set(split.test.map(({ recording }) => recording));
        expect([...split.train, ...split.validation].some(({ recording }) => ofTest.has(recording))).toBe(
          false,
        );
      }),
    );
  });

  it('says which test recordings are missing', () => {
    const recordings = [PAPER_FOLDS[8][0], 'other.h5'].map((name) => ({ name, frames: 500 }));
    expect(passiveSplit(recordings, 'paper', 8).notes).toEqual([expect.stringContaining(PAPER_FOLDS[8][1])]);
  });

  it('is refused where nothing is left to train on or to validate with', () => {
    expect(() => passiveSplit(sized(600), { files: [['0.h5']] }, 0)).toThrow(DataError);
    expect(() => passiveSplit(sized(600), { files: [['0.h5']] }, 0)).toThrow(/none is left to train on/);
    expect(() => passiveSplit(sized(600, 40, 40), { files: [['0.h5']] }, 0)).toThrow(/long enough/);
  });
});

describe('the active split', () => {
  it('goes by file name, four to train and two to validate', () => {
    const split = activeSplit(ACTIVE);
    const names = (segments: Segment[]) =>
      segments.map(({ recording }) => ACTIVE[recording].name.slice(4, 15));
    expect(names(split.train)).toEqual(['0628-094335', '0723-133449', '0723-154501', '0723-161821']);
    expect(names(split.validation)).toEqual(['0628-150233', '0723-134708']);
    expect(split.test).toEqual([]);
    expect(total(split.train)).toBe(4800);
    expect(split.notes).toEqual([]);
  });

  it('goes on without some of the recordings, and says which', () => {
    const split = activeSplit(ACTIVE.slice(1));
    expect(total(split.train)).toBe(3600);
    expect(split.notes).toEqual([expect.stringContaining('20190628-094335')]);
  });

  it('is refused where all to train on are missing, with their names', () => {
    expect(() => activeSplit(sized(600))).toThrow(DataError);
    expect(() => activeSplit(sized(600))).toThrow(/no training recording.*20190628-094335.*20190723-161821/);
    expect(() => activeSplit([ACTIVE[0]])).toThrow(/no validation recording.*20190723-134708/);
  });
});
