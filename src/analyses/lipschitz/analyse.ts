/** The Lipschitz constants of each model's neurons over a drive: of the trace, and of a checkpoint with a cell by its Jacobians. */
import { DataError } from '../../errors.ts';
import type { RecurrentModel } from '../../models/model.ts';
import type { TraceSource } from '../../replay/traces/trace-source.ts';
import { rowNorms, spectralNorm, stateJacobian, stateWidths } from './state-jacobian.ts';
import { traceConstants } from './trace-constants.ts';

export interface ModelConstants {
  readonly source: TraceSource;
  /** [U], 1/s times the unit of the state: see trace-constants.ts. */
  readonly trace: Float64Array;
  /** Neighbouring frames that counted, and those left out because no time passes between them. */
  readonly pairs: number;
  readonly standing: number;
  /** Undefined where there is no state map: of `cnn`, and of drives without their model. */
  readonly map?: {
    /** [U], largest norm of the neuron's row of the Jacobian. */
    readonly neurons: Float64Array;
    /** Largest spectral norm of the whole Jacobian. */
    readonly whole: number;
    /** Frames at which it was taken. */
    readonly frames: number;
  };
}

/**
 * @param every - the Jacobian is taken at every so many-th frame
 * @throws DataError for a trace of no frames
 * @throws NotFiniteError for states that are not finite, with neuron and frame
 */
export async function constantsOf(source: TraceSource, every: number): Promise<ModelConstants> {
  const { neurons, times, resets, recurrent } = source;
  const U = neurons.length;
  const trace = traceConstants(neurons);
  const widths = recurrent ? stateWidths(recurrent.cell) : [];
  const largest = new Float64Array(U);
  let [whole, taken, frames] = [0, 0, 0];
  const before = new Float32Array(U);
  for await (const { frame, state, sensory } of source.rows()) {
    const isReset = resets[frame] === 1;
    trace.add(state, times[frame], !isReset);
    if (recurrent && sensory && frame % every === 0) {
      if (isReset) before.fill(0);
      const jacobian = stateJacobian(recurrent.cell, widths, featuresOf(recurrent, sensory), before);
      for (const [j, norm] of rowNorms(jacobian, U).entries()) largest[j] = Math.max(largest[j], norm);
      whole = Math.max(whole, spectralNorm(jacobian, U));
      taken++;
    }
    before.set(state);
    frames++;
  }
  if (frames === 0) throw new DataError(`${source.path}: there are no frames`);
  const { constants, pairs, standing } = trace;
  return {
    source,
    trace: constants,
    pairs,
    standing,
    ...(taken > 0 ? { map: { neurons: largest, whole, frames: taken } } : {}),
  };
}

/** Of `wm` a trace has the mapped inputs u = input_w·x + input_b; the cell wants x. */
function featuresOf({ cell }: RecurrentModel, sensory: Float32Array): Float32Array {
  const w = cell.weights.get('input_w')?.dataSync<'float32'>();
  const b = cell.weights.get('input_b')?.dataSync<'float32'>();
  if (!w || !b) return sensory;
  // An input that is mapped to a constant may be anything.
  return sensory.map((u, i) => (w[i] === 0 ? 0 : (u - b[i]) / w[i]));
}
