/**
 * What the wirings of the NCP packages have in common: arguments first, the number of inputs later, when the layer
 * that uses the wiring sees its input. Building draws from a fresh generator every time, so it is repeatable;
 * the packages' own go on drawing, and a second build differs (test/golden/README.md).
 */
import type { Wiring, WiringArgument } from './wiring.ts';

/** A value of a plan's configuration: what JSON holds. */
export type PlanArgument = WiringArgument | readonly (readonly number[])[];

/** A plan as JSON, for a saved model; `planFromConfig` makes the plan of it. */
export interface PlanConfig {
  className: string;
  config: Record<string, PlanArgument>;
}

export interface WiringPlan {
  /** U, the number of neurons. */
  readonly units: number;
  /** M, the number of motor neurons: neurons 0..M−1. */
  readonly outputs: number;
  /**
   * The wiring for S inputs, as drawn: whether inputs reach every motor neuron is asked by `checkWiring`.
   * @throws ConfigError if `inputs` is no integer of at least 1
   */
  build(inputs: number): Wiring;
  toConfig(): PlanConfig;
}
