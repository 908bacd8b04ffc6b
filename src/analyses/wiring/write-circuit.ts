/** The picture and the tables of a circuit, as files. */
import { NcpTrainError } from '../../errors.ts';
import type { Wiring } from '../../models/wiring/wiring.ts';
import { writeOutputs } from '../../plot/output-folder.ts';
import { csvText } from '../../text/csv.ts';
import { type Circuit, SENSORY } from './circuit.ts';
import { circuitSvg } from './draw-circuit.ts';

const SYNAPSE_COLUMNS = [
  ...(['source_layer', 'source', 'target_layer', 'target'] as const),
  ...(['polarity', 'w', 'mu', 'sigma', 'erev'] as const),
] as const;
const LAYER_COLUMNS = ['layer', 'neurons', 'parameters'] as const;
const CONNECTION_COLUMNS = [
  ...(['from', 'to', 'synapses', 'excitatory', 'inhibitory', 'parameters', 'mean_w'] as const),
] as const;

/**
 * @param name - in the title
 * @returns the files' names; and why there is no picture, where there is none
 * @throws DataError if something cannot be written
 */
export async function writeCircuit(
  folder: string,
  name: string,
  circuit: Circuit,
  wiring: Wiring,
): Promise<{ files: string[]; remark?: string }> {
  const firstOf = (layer: string) =>
    layer === SENSORY ? 0 : (wiring.layers.find((one) => one.name === layer)?.first ?? 0);
  const tables = {
    'synapses.csv': csvText(circuit.synapses, SYNAPSE_COLUMNS),
    'layers.csv': csvText(circuit.layers, LAYER_COLUMNS),
    'connections.csv': csvText(circuit.connections, CONNECTION_COLUMNS),
  };
  let picture: string | undefined;
  let remark: string | undefined;
  try {
    picture = await circuitSvg(`${name}: ${circuit.synapses.length} synapses`, circuit, firstOf);
  } catch (error) {
    if (!(error instanceof NcpTrainError)) throw error;
    remark = `no picture: ${error.message}`;
  }
  const files = await writeOutputs(folder, picture === undefined ? {} : { wiring: picture }, tables);
  return { files, ...(remark === undefined ? {} : { remark }) };
}
