/** A trace of given states, for analyses that are tested without a model. */
import type { TraceSource } from '../src/replay/traces/trace-source.ts';

/** @param states - a row a frame; frames are 0.1 s apart */
export function madeTrace(
  label: string,
  states: readonly (readonly number[])[],
  more: Partial<TraceSource> = {},
): TraceSource {
  const frames = states.length;
  return {
    label,
    model: label,
    path: `${label}.h5`,
    frames,
    neurons: Array.from({ length: states[0]?.length ?? 1 }, (_, n) => `neuron ${n}`),
    times: Float64Array.from({ length: frames }, (_, n) => n / 10),
    resets: Uint8Array.from({ length: frames }, (_, n) => (n === 0 ? 1 : 0)),
    async *rows() {
      for (const [frame, row] of states.entries()) yield { frame, state: Float32Array.from(row) };
    },
    close: () => {},
    ...more,
  };
}
