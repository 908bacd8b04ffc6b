/**
 * How evaluation walks through a split: in chunks of L frames, one sequence at a time, with the recurrent state carried
 * from chunk to chunk until it is set to zero. The metric is the mean over the chunks (docs/pipeline.md §1).
 */
import { DataError } from '../../errors.ts';
import { type Compat, type Concatenation, SKIP_SECONDS } from './concatenation.ts';

/**
 * Chunks that are walked one after the other from a zero state, each given by its first frame in a `Concatenation`:
 * chunk `start` is frames start..start+L−1. At least one.
 */
export type EvaluationRun = number[];

/**
 * The runs of a split in their order.
 *
 * By default each piece of it (cut at the borders of segments, at skips and where time goes back) is one run from the
 * piece's own start; a rest shorter than L is left out. `compat` `paper` is the published order: chunk k is frames
 * k·L..k·L+L−1 whatever lies on their borders; one that contains a skip is left out, and a new run begins behind it
 * (test/golden/evaluation.json).
 *
 * @param length - L
 * @param what - the split's name for the message, e.g. `validation`
 * @throws DataError if there is no chunk at all
 */
export function evaluationRuns(
  frames: Concatenation,
  length: number,
  compat: Compat,
  what: string,
): EvaluationRun[] {
  const runs = compat === 'paper' ? publishedRuns(frames, length) : runsByPiece(frames, length);
  if (runs.length > 0) return runs;
  throw new DataError(
    `${what}: none of its ${frames.frames} frames are part of ${length} that follow each other without a skip of ` +
      '5 s, a step back in time or the end of a recording; add recordings, or look where the skips are: ' +
      'ncp-train data inspect counts them',
  );
}

function runsByPiece(frames: Concatenation, length: number): EvaluationRun[] {
  return frames
    .pieces('none')
    .map(({ first, count }) =>
      Array.from({ length: Math.floor(count / length) }, (_, chunk) => first + chunk * length),
    )
    .filter((run) => run.length > 0);
}

function publishedRuns({ frames, timestamps }: Concatenation, length: number): EvaluationRun[] {
  const runs: EvaluationRun[] = [];
  let isNew = true;
  for (let start = 0; start + length <= frames; start += length) {
    const times = timestamps.subarray(start, start + length);
    if (times.some((time, i) => i > 0 && time - times[i - 1] >= SKIP_SECONDS)) {
      isNew = true;
      continue;
    }
    if (isNew) runs.push([]);
    runs[runs.length - 1].push(start);
    isNew = false;
  }
  return runs;
}
