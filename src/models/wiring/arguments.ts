/**
 * Checks of the arguments of wirings: each refusal names the wiring, the value seen and the bound it passed.
 */
import { ConfigError } from '../../errors.ts';

/** The bound of a number, and what it is, e.g. `{ value: 12, name: 'interNeurons' }`. */
export interface Bound {
  readonly value: number;
  readonly name: string;
}

/** The largest seed of NumPy's legacy generator. */
export const MAX_LEGACY_SEED: Bound = { value: 0xffffffff, name: 'the largest seed' };

/** The largest seed that a JavaScript number holds exactly. */
export const MAX_SEED: Bound = { value: Number.MAX_SAFE_INTEGER, name: 'the largest seed' };

/**
 * @param wiring - for the message, e.g. `NCP`
 * @param name - of the argument
 * @param value - what was given
 * @param least - the smallest value allowed
 * @param most - the largest value allowed, with what it stands for
 * @returns `value`
 * @throws ConfigError if it is no integer in these bounds
 */
export function wholeNumber(
  wiring: string,
  name: string,
  value: unknown,
  least: number,
  most: Bound = { value: Number.MAX_SAFE_INTEGER, name: 'the largest integer' },
): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new ConfigError(`${wiring}: ${name} must be an integer of at least ${least}, got ${value}`);
  }
  if (value < least) throw new ConfigError(`${wiring}: ${name} must be at least ${least}, got ${value}`);
  if (value > most.value) {
    throw new ConfigError(`${wiring}: ${name} ${value} is above ${most.name} ${most.value}`);
  }
  return value;
}

/**
 * @param wiring - for the message
 * @param name - of the argument
 * @param value - what was given
 * @param least - the smallest value allowed
 * @param most - the largest value, itself allowed unless `open`
 * @returns `value`
 * @throws ConfigError if it is no number in these bounds
 */
export function fraction(
  wiring: string,
  name: string,
  value: unknown,
  least: number,
  most: number,
  open = false,
): number {
  const inside = typeof value === 'number' && value >= least && (open ? value < most : value <= most);
  if (!inside) {
    const interval = `[${least}, ${most}${open ? ')' : ']'}`;
    throw new ConfigError(`${wiring}: ${name} must be a number in ${interval}, got ${value}`);
  }
  return value;
}
