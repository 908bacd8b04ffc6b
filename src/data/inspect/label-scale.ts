/**
 * The factor that brings labels into the range on which weighting exp(0.1·|y|), learning rate and clipping rest: 1000 for
 * the paper's data, of which most labels then lie within ±15 and all within ±60 (docs/pipeline.md §1); for other data the
 * round number that makes their standard deviation about 1. A motor neuron of the NCP lives within about ±1, so labels that
 * spread much further are learned late or not at all.
 */
import { deviation } from '../../text/statistics.ts';

const PAPER_SCALE = 1000;
/** What the paper's data look like at scale 1000. */
const MOSTLY_WITHIN = 15;
const ALL_WITHIN = 60;
const MOST = 0.95;
/** Below this deviation the labels hardly vary, as on a motorway, and the paper's scale would leave nothing to learn. */
const LEAST_DEVIATION = 0.5;
/** A deviation below this, 1/m, is rounding among equal labels. */
export const ROUNDING = 1e-9;

/**
 * @param labels - 1/m, any number; those that are not finite are left out
 * @returns 1000 where they then look like the paper's, else 1, 2 or 5 times a power of ten; 1000 where all are equal
 */
export function suggestScale(labels: Float64Array): number {
  const finite = labels.filter(Number.isFinite);
  const spread = deviation(finite);
  if (!(spread > ROUNDING)) return PAPER_SCALE;
  const within = (bound: number) =>
    finite.reduce((count, label) => count + (Math.abs(label * PAPER_SCALE) <= bound ? 1 : 0), 0) /
    finite.length;
  const likePaper =
    spread * PAPER_SCALE >= LEAST_DEVIATION && within(MOSTLY_WITHIN) >= MOST && within(ALL_WITHIN) === 1;
  return likePaper ? PAPER_SCALE : nearestRound(1 / spread);
}

/** The number 1, 2 or 5 times a power of ten that is nearest by ratio. */
function nearestRound(value: number): number {
  const power = Math.floor(Math.log10(value));
  const candidates = [1, 2, 5, 10].map((digit) => Number(`${digit}e${power}`));
  const distance = (candidate: number) => Math.abs(Math.log(candidate / value));
  return candidates.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
}
