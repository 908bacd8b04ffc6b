/**
 * Local Lipschitz constants of neurons as a drive shows them (docs/analyses.md, "lipschitz"): how fast each neuron's activity has
 * changed at most,
 *
 *     L_j = max_t |x_j(t+1) − x_j(t)| / Δt        Δt in s
 *
 * over all pairs of neighbouring frames between which the state was carried on.
 */
import { NotFiniteError } from '../../errors.ts';

export interface TraceConstants {
  /**
   * @param row - [U], the state after a frame
   * @param time - s, of that frame
   * @param continues - false where the state was reset before this frame, so that no pair ends here
   * @throws NotFiniteError naming neuron and frame of what is not finite
   */
  add(row: ArrayLike<number>, time: number, continues: boolean): void;
  /** [U], 1/s times the unit of the state; 0 where no pair was seen. */
  readonly constants: Float64Array;
  /** Pairs that counted. */
  readonly pairs: number;
  /** Pairs left out because no time passes between their frames. */
  readonly standing: number;
}

/** @param names - of the U neurons, for messages */
export function traceConstants(names: readonly string[]): TraceConstants {
  const U = names.length;
  const constants = new Float64Array(U);
  const before = new Float64Array(U);
  let timeBefore = Number.NaN;
  let frames = 0;
  let [pairs, standing] = [0, 0];
  return {
    constants,
    get pairs() {
      return pairs;
    },
    get standing() {
      return standing;
    },
    add(row, time, continues) {
      const delta = time - timeBefore;
      const isPair = continues && frames > 0;
      if (isPair && delta > 0) pairs++;
      if (isPair && !(delta > 0)) standing++;
      for (let j = 0; j < U; j++) {
        const x = row[j];
        if (!Number.isFinite(x)) {
          throw new NotFiniteError(
            `${names[j]} is ${x} in frame ${frames}: only finite numbers have a Lipschitz constant`,
          );
        }
        if (isPair && delta > 0) constants[j] = Math.max(constants[j], Math.abs(x - before[j]) / delta);
        before[j] = x;
      }
      timeBefore = time;
      frames++;
    },
  };
}
