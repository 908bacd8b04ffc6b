/**
 * Wirings as plain JSON, for the header of a weights file: one string a row, `+` excitatory, `-` inhibitory,
 * `.` no synapse, so that the file stays small and a person can read the matrix.
 */

import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../errors.ts';
import { reading } from '../../files/reading.ts';
import { reasonOf } from '../../text/reason.ts';
import { checkWiringShape, type Layer, type Wiring, type WiringArgument } from './wiring.ts';

/** {@link Wiring} with its matrices as rows of `+`, `-` and `.`. */
export interface WiringJson {
  kind: string;
  inputs: number;
  units: number;
  outputs: number;
  layers: Layer[];
  description: Record<string, WiringArgument>;
  /** S rows of U characters. */
  sensory: string[];
  /** U rows of U characters. */
  neural: string[];
}

const SIGNS = '-.+';

/** The wiring as an object for `JSON.stringify`. */
export function wiringToJson(wiring: Wiring): WiringJson {
  const { kind, inputs, units, outputs } = wiring;
  return {
    kind,
    inputs,
    units,
    outputs,
    layers: wiring.layers.map((layer) => ({ ...layer })),
    description: { ...wiring.description },
    sensory: toRows(wiring.sensory, inputs, units),
    neural: toRows(wiring.neural, units, units),
  };
}

/**
 * The wiring that {@link wiringToJson} wrote.
 *
 * @param json - what `JSON.parse` returned, from a file that may be damaged
 * @throws ConfigError naming the first entry that is not as written, or an inconsistency of the wiring
 */
export function wiringFromJson(json: unknown): Wiring {
  const object = asObject('the wiring', json);
  const units = asNumber('units', object.units);
  const wiring: Wiring = {
    kind: asString('kind', object.kind),
    inputs: asNumber('inputs', object.inputs),
    units,
    outputs: asNumber('outputs', object.outputs),
    sensory: fromRows('sensory', object.sensory, units),
    neural: fromRows('neural', object.neural, units),
    layers: asArray('layers', object.layers).map(asLayer),
    description: asDescription(object.description),
  };
  checkWiringShape(wiring);
  return wiring;
}

function toRows(polarities: Int8Array, rows: number, columns: number): string[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(polarities.subarray(row * columns, (row + 1) * columns), (p) => SIGNS[p + 1]).join(''),
  );
}

function fromRows(what: string, json: unknown, columns: number): Int8Array {
  const polarities = asArray(what, json).flatMap((row, number) => {
    if (typeof row !== 'string' || !/^[-.+]*$/.test(row) || row.length !== columns) {
      throw new ConfigError(
        `wiring in the file: row ${number} of ${what} must be ${columns} characters of "+", "-" and ".", ` +
          `got ${JSON.stringify(row)}`,
      );
    }
    return Array.from(row, (sign) => SIGNS.indexOf(sign) - 1);
  });
  return Int8Array.from(polarities);
}

function asLayer(json: unknown): Layer {
  const { name, first, end } = asObject('a layer', json);
  return {
    name: asString('name of a layer', name),
    first: asNumber('first of a layer', first),
    end: asNumber('end of a layer', end),
  };
}

function asDescription(json: unknown): Record<string, WiringArgument> {
  const description = asObject('description', json);
  for (const [key, value] of Object.entries(description)) {
    if (!['number', 'string', 'boolean'].includes(typeof value)) {
      throw refused(`description.${key}`, 'a number, a word or a boolean', value);
    }
  }
  return description as Record<string, WiringArgument>;
}

function asObject(what: string, json: unknown): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw refused(what, 'an object', json);
  return json as Record<string, unknown>;
}

function asArray(what: string, json: unknown): unknown[] {
  if (!Array.isArray(json)) throw refused(what, 'an array', json);
  return json;
}

function asString(what: string, json: unknown): string {
  if (typeof json !== 'string') throw refused(what, 'a string', json);
  return json;
}

function asNumber(what: string, json: unknown): number {
  if (typeof json !== 'number') throw refused(what, 'a number', json);
  return json;
}

function refused(what: string, expected: string, seen: unknown): ConfigError {
  return new ConfigError(`wiring in the file: ${what} must be ${expected}, got ${JSON.stringify(seen)}`);
}

/**
 * A wiring from a file of one's own, for `--wiring FILE`.
 * @throws ConfigError naming the file and what is wrong with it
 */
export async function readWiring(path: string): Promise<Wiring> {
  return reading(path, async () => {
    try {
      return wiringFromJson(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      throw new ConfigError(`the wiring ${path} cannot be used: ${reasonOf(error)}`);
    }
  });
}
