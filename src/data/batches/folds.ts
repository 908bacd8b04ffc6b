/**
 * Which recordings are kept for the test in each fold of a cross-testing (docs/pipeline.md §1): the paper's ten folds
 * by file name, K folds of any folder, or folds written in a YAML file. What is done with the other recordings is
 * `split.ts`'s matter.
 */
import { readFileSync } from 'node:fs';
import { ConfigError, DataError, UsageError } from '../../errors.ts';
import { reading } from '../../files/reading.ts';
import { yamlValue } from '../../options/yaml-value.ts';
import { reasonOf } from '../../text/reason.ts';

/** `paper`; K folds balanced by frames; or for every fold the names of its test recordings, with `.h5`. */
export type FoldsSpec = 'paper' | { readonly auto: number } | { readonly files: string[][] };

/** What splitting needs to know of a recording. */
export interface SizedRecording {
  /** Base name, with `.h5`. */
  readonly name: string;
  readonly frames: number;
}

/** Test recordings of the paper's folds 0 to 9. One more of its recordings is in no fold, so always trained on. */
export const PAPER_FOLDS: readonly string[][] = [
  ['20180705-203123_blue_prius_mit_to_devens.h5'],
  ['20180714-174053_blue_prius_devens_weston.h5'],
  ['20180719-164626_blue_prius_devens_to_mit.h5'],
  ['20180721-190255_blue_prius_waltham_to_mit.h5'],
  ['20180722-184252_blue_prius_mit_to_weston.h5'],
  ['20180726-114301_blue_prius_mit_to_devens.h5'],
  ['20180726-123104_blue_prius_ayer_to_devens.h5', '20180721-181236_blue_prius_weston_to_waltham.h5'],
  ['20180707-103601_blue_prius_everett.h5', '20180721-105355_blue_prius_mit_to_weston.h5'],
  ['20180707-115905_blue_prius_cambridge_to_mit.h5', '20180715-184430_blue_prius_weston_cambridge.h5'],
  ['20180728-120843_blue_prius_mit_to_everett.h5', '20180707-113533_blue_prius_everett_to_cambridge.h5'],
];

/**
 * What `--folds` says.
 *
 * @param text - `paper`, `auto:K` with K from 2, or the path of a YAML file
 * @throws UsageError for another text, DataError for a file that cannot be read, ConfigError for what it holds
 */
export function readFolds(text: string): FoldsSpec {
  return reading(text, () => {
    if (!/\.ya?ml$/.test(text)) return parseFolds(text);
    let content: string;
    try {
      content = readFileSync(text, 'utf8');
    } catch (error) {
      throw new DataError(`folds file ${text}: ${reasonOf(error)}`);
    }
    let value: unknown;
    try {
      value = yamlValue(content);
    } catch (error) {
      throw new ConfigError(`folds file ${text} is no YAML: ${(error as Error).message.trim()}`);
    }
    // The list may stand alone or, as in dataset.yaml, under the key `folds`.
    const keyed = value as { folds?: unknown } | null;
    return foldsFrom(keyed?.folds ?? value, `folds file ${text}`);
  });
}

/**
 * What the value of `folds` in a YAML file says: a word as `--folds` takes it, or a list with an entry for every fold,
 * which is a name or a list of names.
 *
 * @param where - for messages, e.g. `dataset.yaml`
 * @throws ConfigError for anything else, an empty fold, a recording named twice
 */
export function foldsFrom(value: unknown, where: string): FoldsSpec {
  if (typeof value === 'string') {
    try {
      return parseFolds(value);
    } catch (error) {
      throw new ConfigError(`${where}: ${reasonOf(error)}`);
    }
  }
  const shape =
    'expected paper, auto:K, or a list such as [[a.h5, b.h5], [c.h5]]: each fold’s test recordings';
  if (!Array.isArray(value) || value.length === 0) {
    throw new ConfigError(`${where}: folds is ${JSON.stringify(value) ?? 'missing'}; ${shape}`);
  }
  const foldOf = new Map<string, number>();
  const files = value.map((entry, fold) => {
    const names: unknown[] = Array.isArray(entry) ? entry : [entry];
    if (names.length === 0) throw new ConfigError(`${where}: fold ${fold} is empty; ${shape}`);
    return names.map((name) => {
      if (typeof name !== 'string' || name === '') {
        throw new ConfigError(
          `${where}: fold ${fold} has ${JSON.stringify(name)} for a recording's name; ${shape}`,
        );
      }
      const file = name.endsWith('.h5') ? name : `${name}.h5`;
      const earlier = foldOf.get(file);
      if (earlier !== undefined) {
        throw new ConfigError(`${where}: ${file} is in folds ${earlier} and ${fold}; leave it in one`);
      }
      foldOf.set(file, fold);
      return file;
    });
  });
  return { files };
}

/** Recordings that a data set has by far; what walks all folds would otherwise walk a billion of them. */
const LARGEST_AUTO = 10_000;

function parseFolds(text: string): FoldsSpec {
  if (text === 'paper') return 'paper';
  const count = Number(/^auto:(\d+)$/.exec(text)?.[1] ?? 0);
  if (count > LARGEST_AUTO) throw new ConfigError(`folds "${text}": at most ${LARGEST_AUTO} folds are made`);
  if (count >= 2) return { auto: count };
  throw new UsageError(
    `folds "${text}": expected paper, auto:K with K from 2 (e.g. auto:5), or a file ending in .yaml`,
  );
}

/** @returns how many folds there are */
export function foldCount(folds: FoldsSpec): number {
  return typeof folds === 'string' ? PAPER_FOLDS.length : 'auto' in folds ? folds.auto : folds.files.length;
}

/**
 * The test recordings of one fold.
 *
 * @param recordings - of the data folder, in name order
 * @returns indices into `recordings`, ascending, at least one; and the names the fold has that the folder lacks
 * @throws UsageError if there is no such fold; DataError if none of its recordings is there
 */
export function testRecordings(
  recordings: readonly SizedRecording[],
  folds: FoldsSpec,
  fold: number,
): { indices: number[]; missing: string[] } {
  const count = foldCount(folds);
  if (!Number.isInteger(fold) || fold < 0 || fold >= count) {
    throw new UsageError(`experiment_id ${fold}: there are ${count} folds, numbered 0 to ${count - 1}`);
  }
  if (typeof folds === 'object' && 'auto' in folds) {
    return { indices: balancedGroups(recordings, count)[fold], missing: [] };
  }
  const names = folds === 'paper' ? PAPER_FOLDS[fold] : folds.files[fold];
  const there = new Map(recordings.map(({ name }, index) => [name, index]));
  const missing = names.filter((name) => !there.has(name));
  if (missing.length === names.length) {
    const advice =
      folds === 'paper'
        ? 'the paper’s folds go by its file names; use --folds auto:K here'
        : 'check the names';
    throw new DataError(
      `no test recording of fold ${fold} is among the ${recordings.length} recordings: ` +
        `looked for ${missing.join(', ')}; ${advice}`,
    );
  }
  const indices = names.flatMap((name) => there.get(name) ?? []);
  return { indices: indices.sort((a, b) => a - b), missing };
}

/**
 * Cuts the recordings, in their order, into groups of neighbours whose numbers of frames differ least: of all ways to
 * cut, the one with the smallest sum of squared group sizes.
 *
 * @returns the indices of every group's recordings
 * @throws DataError if there are fewer recordings than groups
 */
function balancedGroups(recordings: readonly SizedRecording[], count: number): number[][] {
  const total = recordings.length;
  if (total < count) {
    throw new DataError(
      `folds auto:${count}: needs at least ${count} recordings, found ${total}; ` +
        'ask for fewer folds, or cut a long drive with data import --pieces',
    );
  }
  // before[i]: frames of the first i recordings; cost[i]: the best sum of squares of the first i in g groups.
  const before = [0];
  for (const { frames } of recordings) before.push(before[before.length - 1] + frames);
  let cost = before.map((frames) => frames ** 2);
  const lastStart: number[][] = [];
  for (let g = 2; g <= count; g++) {
    const next: number[] = new Array(total + 1).fill(Number.POSITIVE_INFINITY);
    const starts: number[] = new Array(total + 1).fill(0);
    for (let end = g; end <= total; end++) {
      for (let start = g - 1; start < end; start++) {
        const sum = cost[start] + (before[end] - before[start]) ** 2;
        if (sum < next[end]) [next[end], starts[end]] = [sum, start];
      }
    }
    cost = next;
    lastStart.push(starts);
  }
  const groups: number[][] = [];
  let end = total;
  for (let g = count; g >= 1; g--) {
    const start = g === 1 ? 0 : lastStart[g - 2][end];
    groups.unshift(Array.from({ length: end - start }, (_, i) => start + i));
    end = start;
  }
  return groups;
}
