/** The files of `analyse lipschitz`. */

import { writeOutputs } from '../../plot/output-folder.ts';
import { csvText } from '../../text/csv.ts';
import type { ModelConstants } from './analyse.ts';
import { constantsSvgs } from './draw.ts';

const COLUMNS = ['model', 'neuron', 'trace', 'jacobian'] as const;

/** @returns names of the files @throws DataError if something cannot be written */
export async function writeConstants(folder: string, models: readonly ModelConstants[]): Promise<string[]> {
  return writeOutputs(folder, await constantsSvgs(models), {
    'lipschitz.csv': csvText(models.flatMap(constantRows), COLUMNS),
  });
}

/** A row a neuron; jacobian is null where there is no state map. */
export const constantRows = ({ source, trace, map }: ModelConstants) =>
  source.neurons.map((neuron, j) => ({
    model: source.label,
    neuron,
    trace: trace[j],
    jacobian: map?.neurons[j] ?? null,
  }));
