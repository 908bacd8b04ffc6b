/**
 * What `--folds` of a sweep says: which folds, and of which cut of the recordings. A single run has the two apart
 * (`--experiment_id`, `--folds`).
 *
 *   0-9          these folds, of the cut that dataset.yaml names, else the paper's
 *   auto:5       all five folds of five equal parts       auto:5/0,2   two of them
 *   mine.yaml    all folds of a file                      mine.yaml/3  one of them
 */
import { UsageError } from '../errors.ts';

export interface FoldsAsked {
  /** For the runs' own `--folds`; undefined: as dataset.yaml says, else the paper's. */
  readonly cut: string | undefined;
  /** Ascending; undefined: all there are. */
  readonly folds: readonly number[] | undefined;
}

/** @throws UsageError for another text */
export function foldsAsked(text: string | undefined): FoldsAsked {
  if (text === undefined) return { cut: undefined, folds: undefined };
  const [, cut, list] = /^(paper|auto:\d+|.*\.ya?ml)(?:\/([^/]*))?$/.exec(text) ?? [];
  if (cut === undefined) return { cut, folds: foldList(text, text) };
  return { cut, folds: list === undefined ? undefined : foldList(list, text) };
}

/** More would be a slip: 0-100000000. */
const HIGHEST = 9999;

function foldList(list: string, text: string): number[] {
  const folds = new Set<number>();
  for (const part of list.split(',')) {
    const [, first, last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first) || Number(last) > HIGHEST) {
      throw new UsageError(
        `folds ${JSON.stringify(text)}: expected numbers such as 0-9 or 0,3,5-7, or a cut with all its folds, auto:5 or ` +
          'mine.yaml, or with some, auto:5/0-2',
      );
    }
    for (let fold = Number(first); fold <= Number(last); fold++) folds.add(fold);
  }
  return [...folds].sort((a, b) => a - b);
}
