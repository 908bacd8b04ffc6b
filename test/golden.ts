/**
 * Golden numbers: reads the fixtures and compares tensors with them. What the fixtures are, and which
 * differences float32 allows, stands in their README (test/golden/README.md).
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Dataset, File, Group, ready } from 'h5wasm/node';
import { expect } from 'vitest';

/** `NCP_GOLDEN` names any other set of the same layout; `npm run test:golden` checks it. */
export const GOLDEN = resolve(import.meta.dirname, '..', process.env.NCP_GOLDEN ?? 'test/golden');

export interface Golden {
  readonly shape: number[];
  readonly data: Float32Array;
}

await ready;

/** One fixture file, all of whose datasets are read by path. */
export class Fixture {
  readonly #file: File;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    this.#file = new File(join(GOLDEN, name), 'r');
  }

  /** Asks group by group: HDF5 prints a warning of its own when it is asked for what is not there. */
  has(path: string): boolean {
    let group: unknown = this.#file;
    for (const name of path.split('/')) {
      if (!(group instanceof Group) || !group.keys().includes(name)) return false;
      group = group.get(name);
    }
    return true;
  }

  /** @throws if there is no such dataset: a fixture that lacks one is not of this layout */
  get(path: string): Golden {
    const dataset = this.#file.get(path);
    if (!(dataset instanceof Dataset)) throw new Error(`${this.#name} has no dataset ${path}`);
    const value = dataset.value;
    const data = typeof value === 'number' ? [value] : (value as ArrayLike<number>);
    return { shape: dataset.shape as number[], data: Float32Array.from(data) };
  }

  scalar(path: string): number {
    return this.get(path).data[0];
  }

  /** Names below a group. */
  keys(path: string): string[] {
    return (this.#file.get(path) as Group).keys();
  }

  attribute(path: string, name: string): unknown {
    const entity = this.#file.get(path);
    if (entity === null) throw new Error(`${this.#name} has no ${path}`);
    return (entity as Group).attrs[name]?.value;
  }
}

export function goldenJson(name: string): unknown {
  return JSON.parse(readFileSync(join(GOLDEN, name), 'utf8'));
}

/** Largest |a − b|, NaN counting as infinitely far. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  for (let n = 0; n < expected.length; n++) {
    const difference = Math.abs(actual[n] - expected[n]);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, difference);
  }
  return largest;
}

export function largestEntry(values: ArrayLike<number>): number {
  return largestDifference(new Float64Array(values.length), values);
}

/**
 * Compares one tensor, prints its name and largest difference, and fails beyond the tolerance.
 *
 * @param tolerance - on |actual − expected| of every entry
 */
export function expectClose(
  name: string,
  actual: ArrayLike<number>,
  expected: Golden,
  tolerance: number,
): void {
  expect(actual.length, `${name}: number of entries`).toBe(expected.data.length);
  const difference = largestDifference(actual, expected.data);
  console.log(`${name.padEnd(48)} ${difference.toExponential(1)} of ${tolerance.toExponential(1)} allowed`);
  expect(difference, `${name}: largest difference`).toBeLessThanOrEqual(tolerance);
}

/** The same, relative to the expected number. */
export function expectRelative(name: string, actual: number, expected: number, tolerance: number): void {
  expectClose(name, [actual], { shape: [], data: Float32Array.of(expected) }, tolerance * Math.abs(expected));
}
