/** `ncp-train analyse wiring`: see src/analyses/wiring/. */

import type { Circuit } from '../analyses/wiring/circuit.ts';
import { ConfigError } from '../errors.ts';
import type { RecurrentModel } from '../models/model.ts';
import type { Wiring } from '../models/wiring/wiring.ts';
import { wiringOptions } from '../options/commands/analyses.ts';
import { WM_SIZES } from '../options/schema.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';
import { maybe } from './operands.ts';

export default defineCommand({
  operands: {
    checkpoint: maybe(
      'of wm: a run’s folder (its best checkpoint), a checkpoint’s folder, or a weights file',
    ),
  },
  options: wiringOptions,
  faults({ wiring }, { checkpoint }) {
    if (checkpoint !== undefined && wiring !== undefined)
      return ['a checkpoint has its own wiring: leave out --wiring, or the checkpoint'];
    if (checkpoint === undefined && wiring === undefined)
      return ['give a checkpoint, or --wiring with a name or a file'];
    return [];
  },
  async run({ wiring: which, out }, { checkpoint }, { print, warn }) {
    const { name, wiring, model } =
      which === undefined ? await ofCheckpoint(checkpoint as string) : await named(which);
    const { circuitOf } = await import('../analyses/wiring/circuit.ts');
    const { writeCircuit } = await import('../analyses/wiring/write-circuit.ts');
    const circuit = circuitOf(wiring, model);
    const { files, remark } = await writeCircuit(out, name, circuit, wiring);
    if (remark) warn(`warning: ${remark}`);
    const { synapses: _, ...summary } = circuit;
    print({ name, ...summary, out, files }, text(name, circuit, out, files));
  },
});

interface Source {
  /** For the title. */
  readonly name: string;
  readonly wiring: Wiring;
  readonly model?: RecurrentModel;
}

async function named(which: string): Promise<Source> {
  const { paperWiring } = await import('../models/wiring/paper.ts');
  const { readWiring } = await import('../models/wiring/wiring-json.ts');
  const isNamed = (WM_SIZES as readonly string[]).includes(which);
  return { name: `wiring ${which}`, wiring: isNamed ? paperWiring(which) : await readWiring(which) };
}

async function ofCheckpoint(checkpoint: string): Promise<Source> {
  const { useBackend } = await import('../backend/choose.ts');
  const { loadModel } = await import('../models/weights-file.ts');
  const { weightsOf } = await import('../train/weights-of.ts');
  await useBackend('wasm'); // weights are only read
  const model = await loadModel(await weightsOf(checkpoint));
  if (model.kind !== 'recurrent' || !model.wiring) {
    throw new ConfigError(
      `${checkpoint} is a ${model.options.model}: only wm has a wiring. analyse parameters counts every model’s weights`,
    );
  }
  return { name: checkpoint, wiring: model.wiring, model };
}

function text(name: string, circuit: Circuit, out: string, files: readonly string[]): string {
  const { kind, layers, connections, synapses, changedSign } = circuit;
  const known = connections.some(({ mean_w }) => mean_w !== null);
  const neurons = layers.slice(1).reduce((sum, layer) => sum + layer.neurons, 0);
  const lines = [
    `${name} (${kind}): ${layers[0].neurons} inputs, ${neurons} neurons, ${synapses.length} synapses`,
    '',
    aligned([
      ['layer', 'neurons', 'parameters'],
      ...layers.map(({ layer, neurons, parameters }) => [layer, String(neurons), String(parameters)]),
    ]),
    '',
    aligned([
      ['from', 'to', 'synapses', 'excitatory', 'inhibitory', 'parameters', ...(known ? ['mean w'] : [])],
      ...connections.map(({ from, to, synapses, excitatory, inhibitory, parameters, mean_w }) => [
        from,
        to,
        ...[synapses, excitatory, inhibitory, parameters].map(String),
        ...(mean_w === null ? [] : [mean_w.toFixed(3)]),
      ]),
    ]),
    '',
  ];
  if (changedSign > 0) {
    lines.push(
      `${changedSign} of them changed sign in training: excitatory and inhibitory are as erev is now`,
      '',
    );
  }
  return [...lines, `${out}: ${files.join(', ')}`].join('\n');
}
