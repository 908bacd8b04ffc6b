import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, DataError, UsageError } from '../../errors.ts';
import { foldCount, foldsFrom, PAPER_FOLDS, readFolds, testRecordings } from './folds.ts';

const sized = (...frames: number[]) => frames.map((count, n) => ({ name: `${n}.h5`, frames: count }));

/** Writes a folds file and reads it. */
function readFile(content: string) {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-folds-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'folds.yaml');
  writeFileSync(path, content);
  return readFolds(path);
}

describe('the folds of the paper', () => {
  it('are ten, with fourteen different recordings', () => {
    expect(foldCount('paper')).toBe(10);
    expect(new Set(PAPER_FOLDS.flat()).size).toBe(14);
    expect(PAPER_FOLDS.map((names) => names.length)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
  });

  it('test on their recordings, wherever these stand in the folder', () => {
    const recordings = ['a.h5', ...PAPER_FOLDS.flat()].sort().map((name) => ({ name, frames: 100 }));
    for (let fold = 0; fold < 10; fold++) {
      const { indices, missing } = testRecordings(recordings, 'paper', fold);
      expect(indices.map((index) => recordings[index].name).sort()).toEqual([...PAPER_FOLDS[fold]].sort());
      expect(indices).toEqual([...indices].sort((a, b) => a - b));
      expect(missing).toEqual([]);
    }
  });

  it('go on with one of two recordings, and say which one is missing', () => {
    const there = [{ name: PAPER_FOLDS[6][1], frames: 10 }];
    expect(testRecordings(there, 'paper', 6)).toEqual({ indices: [0], missing: [PAPER_FOLDS[6][0]] });
  });

  it('are refused where none of a fold’s recordings is there, with their names', () => {
    const attempt = () => testRecordings(sized(10, 20), 'paper', 7);
    expect(attempt).toThrow(DataError);
    expect(attempt).toThrow(/fold 7 is among the 2 recordings.*everett\.h5.*mit_to_weston\.h5.*auto:K/);
  });

  it('are refused outside 0 to 9', () => {
    for (const fold of [-1, 10, 0.5]) {
      expect(() => testRecordings(sized(10), 'paper', fold)).toThrow(UsageError);
    }
    expect(() => testRecordings(sized(10), 'paper', 10)).toThrow(/there are 10 folds, numbered 0 to 9/);
  });
});

describe('automatic folds', () => {
  it('are the contiguous groups whose sizes differ least', () => {
    const groups = (frames: number[], auto: number) =>
      Array.from({ length: auto }, (_, fold) => testRecordings(sized(...frames), { auto }, fold).indices);
    // 100 | 60+40 | 100
    expect(groups([100, 60, 40, 100], 3)).toEqual([[0], [1, 2], [3]]);
    // One drive longer than all the others.
    expect(groups([10, 10, 900, 10], 2)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(groups([5, 5, 5], 3)).toEqual([[0], [1], [2]]);
  });

  it('test every recording exactly once, in name order, and no group could be balanced better by one move', () => {
    const frames = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(frames, fc.integer({ min: 2, max: 30 }), (counts, k) => {
        const auto = Math.min(k, counts.length);
        const folds = Array.from({ length: auto }, (_, fold) =>
          testRecordings(sized(...counts), { auto }, fold),
        );
        const groups = folds.map(({ indices }) => indices);
        expect(groups.flat()).toEqual(counts.map((_, n) => n));
        const size = (group: number[]) => group.reduce((sum, n) => sum + counts[n], 0);
        for (let g = 0; g + 1 < auto; g++) {
          const [a, b] = [groups[g], groups[g + 1]];
          const cost = size(a) ** 2 + size(b) ** 2;
          const both = [...a, ...b];
          for (const at of [a.length - 1, a.length + 1]) {
            if (at < 1 || at >= both.length) continue;
            const other = size(both.slice(0, at)) ** 2 + size(both.slice(at)) ** 2;
            expect(other).toBeGreaterThanOrEqual(cost);
          }
        }
      }),
    );
  });

  it('are refused for fewer recordings than folds', () => {
    expect(() => testRecordings(sized(10, 10), { auto: 3 }, 0)).toThrow(DataError);
    expect(() => testRecordings(sized(10, 10), { auto: 3 }, 0)).toThrow(/at least 3 recordings, found 2/);
  });
});

describe('what --folds takes', () => {
  it('is paper, or auto:K', () => {
    expect(readFolds('paper')).toBe('paper');
    expect(readFolds('auto:5')).toEqual({ auto: 5 });
    for (const text of ['auto:1', 'auto:', 'auto:x', 'Paper', 'folds.txt', '']) {
      expect(() => readFolds(text), text).toThrow(UsageError);
    }
  });

  it('is a file with a list of test recordings, or the same under a key', () => {
    const expected = { files: [['a.h5'], ['b.h5', 'c.h5']] };
    expect(readFile('- [a.h5]\n- [b, c.h5]\n')).toEqual(expected);
    expect(readFile('folds:\n  - a\n  - [b, c]\n')).toEqual(expected);
    expect(readFile('auto:4')).toEqual({ auto: 4 });
  });

  it.each([
    ['', 'folds is null'],
    ['- []', 'fold 0 is empty'],
    ['- a\n- [b, 7]', 'fold 1 has 7'],
    ['- a\n- [b, a.h5]', 'a.h5 is in folds 0 and 1'],
    ['fold: [a]', 'folds is {"fold":["a"]}'],
    ['- [a', 'no YAML'],
  ])('is refused with the fault named: %j', (content, fault) => {
    expect(() => readFile(content)).toThrow(ConfigError);
    expect(() => readFile(content)).toThrow(fault);
  });

  it('is refused where the file is not there', () => {
    expect(() => readFolds('/nowhere/folds.yaml')).toThrow(DataError);
    expect(() => readFolds('/nowhere/folds.yaml')).toThrow(
      'folds file /nowhere/folds.yaml: it is not there (ENOENT)',
    );
  });

  it('in a dataset.yaml is checked with the file named', () => {
    expect(foldsFrom('paper', 'dataset.yaml')).toBe('paper');
    expect(() => foldsFrom('auto:0', 'dataset.yaml')).toThrow(ConfigError);
    expect(() => foldsFrom('auto:0', 'dataset.yaml')).toThrow(/^dataset\.yaml: folds "auto:0"/);
  });
});

it('folds beyond ten thousand are refused before they are made', () => {
  expect(() => readFolds('auto:1000000000')).toThrow('at most 10000 folds');
});
