/**
 * States of a model over a drive, wherever they come from: a checkpoint that is replayed over a recording (replayed.ts), or a test
 * drive that recorded them (recorded.ts). Analyses read them frame by frame, as often as they need, so that memory does not grow
 * with the drive.
 */
import type { RecurrentModel } from '../../models/model.ts';

export interface TraceSource {
  /** What pictures, tables and file names call it: the model's name, or where that is not enough with a number. */
  readonly label: string;
  /** `wm`, `lstm`, … */
  readonly model: string;
  /** The checkpoint or the drive, as given. */
  readonly path: string;
  /** Names of the U neurons: `neuron 0`, `c 0`, `h 0`, … */
  readonly neurons: readonly string[];
  /** N */
  readonly frames: number;
  /** [N], s; counted frames where the recording has no times. */
  readonly times: Float64Array;
  /** [N], 1 where the state was zero before the frame. */
  readonly resets: Uint8Array;
  /** Of a checkpoint with a cell: what is needed beside the states for its Jacobian and its time constants. */
  readonly recurrent?: RecurrentModel;
  /** From the first frame to the last; begins anew at every call. */
  rows(): AsyncGenerator<TraceRow>;
  close(): void;
}

export interface TraceRow {
  readonly frame: number;
  /** [U], after the frame; read before the next row is asked for. */
  readonly state: Float32Array;
  /** [S], what the cell's equations saw; of a checkpoint with a cell. */
  readonly sensory?: Float32Array;
}

/** The name of a state's neurons: `neuron 3`, of a cell of several states `c 3`. */
export function neuronNames(states: readonly { readonly name: string; readonly units: number }[]): string[] {
  return states.flatMap(({ name, units }) =>
    Array.from({ length: units }, (_, n) => `${name === 'neurons' ? 'neuron' : name} ${n}`),
  );
}

/** Rows [n,·] of several states, side by side: [n,U]. */
export function sideBySide(parts: readonly Float32Array[], n: number): Float32Array {
  if (parts.length === 1) return parts[0];
  const widths = parts.map(({ length }) => length / n);
  const U = widths.reduce((sum, width) => sum + width, 0);
  const rows = new Float32Array(n * U);
  let left = 0;
  for (const [i, part] of parts.entries()) {
    for (let row = 0; row < n; row++) {
      rows.set(part.subarray(row * widths[i], (row + 1) * widths[i]), row * U + left);
    }
    left += widths[i];
  }
  return rows;
}
