/** The paper's circuit in numbers, hand-made ones in every form, and pictures that tell the synapses apart. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.ts';
import type { RecurrentModel } from '../../models/model.ts';
import { buildModel } from '../../models/registry.ts';
import { numberedWiring, paperWiring } from '../../models/wiring/paper.ts';
import { type Wiring, wiringFromMatrices } from '../../models/wiring/wiring.ts';
import { WM_NUMBERS } from '../../options/schema.ts';
import { type Circuit, circuitOf } from './circuit.ts';
import { circuitSvg } from './draw-circuit.ts';

beforeAll(() => useBackend('wasm'));

/** Two inputs; motor 0, inter 1 and 2; one synapse from the motor neuron back, one of 1 onto itself. */
const SMALL = wiringFromMatrices({
  sensory: [
    [0, 1, -1],
    [0, 0, 1],
  ],
  neural: [
    [0, -1, 0],
    [1, 1, 0],
    [-1, 0, 0],
  ],
  outputs: 1,
});

const firstOf = (wiring: Wiring) => (layer: string) =>
  wiring.layers.find(({ name }) => name === layer)?.first ?? 0;
const draw = (wiring: Wiring, circuit: Circuit = circuitOf(wiring)) =>
  circuitSvg('t', circuit, firstOf(wiring));

describe('circuitOf', () => {
  it('the paper’s: four layers, 192 + 48 + 6 + 6 synapses, 4·252 + 3·19 parameters', () => {
    const { layers, connections, synapses } = circuitOf(paperWiring('small'));
    expect(layers.map(({ layer, neurons }) => `${neurons} ${layer}`)).toEqual([
      '32 sensory',
      '12 inter',
      '6 command',
      '1 motor',
    ]);
    expect(connections.map(({ from, to, synapses: n }) => `${from} ${to} ${n}`)).toEqual([
      'sensory inter 192',
      'inter command 48',
      'command command 6',
      'command motor 6',
    ]);
    const parameters = [...layers.slice(1), ...connections].reduce((sum, row) => sum + row.parameters, 0);
    expect(parameters).toBe(1065);
    expect(synapses).toHaveLength(252);
    expect(synapses[0]).toMatchObject({ source_layer: 'sensory', w: null, erev: null });
  });

  it('every synapse of a small one, by hand', () => {
    const { connections, synapses } = circuitOf(SMALL);
    expect(
      synapses.map((s) => `${s.source_layer} ${s.source} ${s.target_layer} ${s.target} ${s.polarity}`),
    ).toEqual([
      'sensory 0 inter 1 1',
      'sensory 0 inter 2 -1',
      'sensory 1 inter 2 1',
      'motor 0 inter 1 -1',
      'inter 1 motor 0 1',
      'inter 1 inter 1 1',
      'inter 2 motor 0 -1',
    ]);
    expect(connections.map((c) => [c.from, c.to, c.excitatory, c.inhibitory])).toEqual([
      ['sensory', 'inter', 2, 1],
      ['inter', 'inter', 1, 0],
      ['inter', 'motor', 1, 1],
      ['motor', 'inter', 0, 1],
    ]);
  });

  it('has the weights of a model, and counts signs that training changed', () => {
    const model = buildModel({ model: 'wm' }, 1) as RecurrentModel;
    const wiring = model.wiring as Wiring;
    const before = circuitOf(wiring, model);
    expect(before.changedSign).toBe(0);
    const { source, target, polarity, w, erev } = before.synapses[0];
    const at = source * wiring.units + target;
    expect([w, erev]).toEqual([model.weights.get('wm/sensory_w')?.dataSync()[at], polarity]);
    const variable = model.weights.get('wm/sensory_erev') as tf.Variable;
    variable.assign(
      tf.tensor(
        variable.dataSync().map((value, n) => (n === at ? -value : value)),
        variable.shape,
      ),
    );
    const after = circuitOf(wiring, model);
    expect(after.changedSign).toBe(1);
    expect(after.connections[0].excitatory).toBe(before.connections[0].excitatory - polarity);
  });
});

describe('circuitSvg', () => {
  it('draws every synapse of the paper’s, excitatory and inhibitory apart by colour, dash and end', async () => {
    const circuit = circuitOf(paperWiring('small'));
    const svg = await draw(paperWiring('small'), circuit);
    const [solid, dashed] = svg.split('aria-label="line"').slice(1);
    const lines = (group: string) => group.slice(0, group.indexOf('</g>')).match(/<path /g)?.length;
    const excitatory = circuit.synapses.filter(({ polarity }) => polarity > 0).length;
    expect([lines(solid), lines(dashed)]).toEqual([excitatory, 252 - excitatory]);
    expect([solid.includes('stroke-dasharray'), dashed.includes('stroke-dasharray')]).toEqual([false, true]);
    for (const text of ['32 sensory', '12 inter', '6 command', '1 motor']) expect(svg).toContain(text);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it.each(['fully', 'rand'] as const)(
    '%s: a ring, since it has synapses inside its one layer',
    async (size) => {
      const svg = await draw(paperWiring(size));
      expect(svg).toContain('18 inter');
      expect(svg).not.toMatch(/NaN|undefined/);
    },
  );

  it('draws synapses back, and onto oneself', async () => {
    const svg = await draw(SMALL);
    expect(svg.match(/<circle /g)?.length).toBe(5);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('refuses a crowd in words', async () => {
    const large = numberedWiring({ ...WM_NUMBERS, wm_inter_neurons: 300 }, 32);
    await expect(draw(large)).rejects.toThrow(
      /339 inputs and neurons with \d+ synapses cannot be told apart/,
    );
  });
});
