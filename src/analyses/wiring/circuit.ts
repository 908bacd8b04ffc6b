/**
 * A wiring with the weights on it, as lists: every synapse, and how many neurons, synapses and parameters there are in and
 * between the layers (docs/analyses.md, "wiring"). What is drawn of it is draw-circuit.ts's.
 */
import type { RecurrentModel } from '../../models/model.ts';
import type { Wiring } from '../../models/wiring/wiring.ts';

/** The layer of the inputs, which a {@link Wiring} does not list among its neurons. */
export const SENSORY = 'sensory';

/** w, mu, sigma and erev; cm, gleak and vleak; w and b of the mapping of an input. */
const PARAMETERS_OF = { synapse: 4, neuron: 3, input: 2 } as const;

/** One synapse; parameters are null where only the wiring is known. */
export interface CircuitSynapse {
  readonly source_layer: string;
  /** Number of the input or neuron. */
  readonly source: number;
  readonly target_layer: string;
  readonly target: number;
  /** As the wiring has it: 1 excitatory, −1 inhibitory. */
  readonly polarity: 1 | -1;
  readonly w: number | null;
  readonly mu: number | null;
  readonly sigma: number | null;
  readonly erev: number | null;
}

export interface CircuitLayer {
  readonly layer: string;
  readonly neurons: number;
  /** Of the neurons; of inputs their mapping. */
  readonly parameters: number;
}

/** All synapses from one layer to another, or within one. */
export interface CircuitConnection {
  readonly from: string;
  readonly to: string;
  readonly synapses: number;
  readonly excitatory: number;
  readonly inhibitory: number;
  readonly parameters: number;
  /** Mean w; null where only the wiring is known. */
  readonly mean_w: number | null;
}

export interface Circuit {
  readonly kind: string;
  /** From the inputs to the motor neurons. */
  readonly layers: readonly CircuitLayer[];
  readonly connections: readonly CircuitConnection[];
  readonly synapses: readonly CircuitSynapse[];
  /** Synapses whose erev has another sign than it started with: training made them what `polarity` does not say. */
  readonly changedSign: number;
}

/** @param model - `wm`, for its weights; left out, the wiring alone */
export function circuitOf(wiring: Wiring, model?: RecurrentModel): Circuit {
  const synapses = [
    ...synapsesOf(wiring, wiring.sensory, 'sensory_', model),
    ...synapsesOf(wiring, wiring.neural, '', model),
  ];
  const layers = [
    { layer: SENSORY, neurons: wiring.inputs, parameters: PARAMETERS_OF.input * wiring.inputs },
    ...[...wiring.layers].reverse().map(({ name, first, end }) => ({
      layer: name,
      neurons: end - first,
      parameters: PARAMETERS_OF.neuron * (end - first),
    })),
  ];
  return {
    kind: wiring.kind,
    layers,
    connections: connectionsOf(layers, synapses),
    synapses,
    changedSign: synapses.filter((synapse) => signOf(synapse) !== synapse.polarity).length,
  };
}

/** What a synapse does as it is: the sign of erev, or where that is not known the wiring's polarity. */
export function signOf({ erev, polarity }: CircuitSynapse): 1 | -1 {
  if (erev === null || erev === 0) return polarity;
  return erev > 0 ? 1 : -1;
}

function synapsesOf(
  { units: U, layers }: Wiring,
  polarities: Int8Array,
  prefix: '' | 'sensory_',
  model: RecurrentModel | undefined,
): CircuitSynapse[] {
  const layerOf = (neuron: number) =>
    layers.find(({ first, end }) => neuron >= first && neuron < end)?.name ?? '';
  const values = (name: string) => model?.weights.get(`wm/${prefix}${name}`)?.dataSync<'float32'>();
  const [w, mu, sigma, erev] = ['w', 'mu', 'sigma', 'erev'].map(values);
  const list: CircuitSynapse[] = [];
  for (const [at, polarity] of polarities.entries()) {
    if (polarity === 0) continue;
    const [source, target] = [Math.floor(at / U), at % U];
    list.push({
      source_layer: prefix === '' ? layerOf(source) : SENSORY,
      source,
      target_layer: layerOf(target),
      target,
      polarity: polarity > 0 ? 1 : -1,
      w: w?.[at] ?? null,
      mu: mu?.[at] ?? null,
      sigma: sigma?.[at] ?? null,
      erev: erev?.[at] ?? null,
    });
  }
  return list;
}

/** Every pair of layers that has a synapse, in the order of the layers. */
function connectionsOf(
  layers: readonly CircuitLayer[],
  synapses: readonly CircuitSynapse[],
): CircuitConnection[] {
  return layers.flatMap(({ layer: from }) =>
    layers.flatMap(({ layer: to }) => {
      const own = synapses.filter(
        ({ source_layer, target_layer }) => source_layer === from && target_layer === to,
      );
      if (own.length === 0) return [];
      const excitatory = own.filter((synapse) => signOf(synapse) > 0).length;
      const weights = own.flatMap(({ w }) => w ?? []);
      return {
        from,
        to,
        synapses: own.length,
        excitatory,
        inhibitory: own.length - excitatory,
        parameters: PARAMETERS_OF.synapse * own.length,
        mean_w: weights.length === 0 ? null : weights.reduce((sum, w) => sum + w, 0) / weights.length,
      };
    }),
  );
}
