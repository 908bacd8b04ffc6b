/** Options that are right one by one and cannot be together. Said with all other faults, before anything is built. */
import { type ModelOptions, WM_NUMBERS } from './schema.ts';

/** Fan-outs and fan-in of `wm`, and the neurons among which each chooses different ones. */
const CHOICES = [
  ['wm_sensory_fanout', 'wm_inter_neurons'],
  ['wm_inter_fanout', 'wm_command_neurons'],
  ['wm_motor_fanin', 'wm_command_neurons'],
] as const;

/**
 * @param given - what was given, unchecked: of a wrong kind, it contradicts nothing
 * @returns a sentence for each contradiction
 */
export function contradictions(given: Readonly<Record<string, unknown>>): string[] {
  const { model, sparsity, wm_size, wiring, precision, backend } = given as Partial<ModelOptions> &
    Record<string, unknown>;
  const faults: string[] = [];
  if (precision === 'bf16' && backend === 'wasm') {
    faults.push(
      'precision bf16 does not go with backend wasm: only tensorflow computes in bfloat16; leave one of them out',
    );
  }
  if (typeof sparsity === 'number' && sparsity > 0 && (model === 'wm' || model === 'cnn')) {
    const why = model === 'wm' ? 'wm is sparse by its wiring' : 'cnn has no recurrent cell';
    faults.push(`sparsity ${sparsity} does not go with model ${model}: ${why}; leave it out`);
  }
  const file = wiring === undefined ? undefined : `wiring ${JSON.stringify(wiring)}`;
  const size = wm_size === 'fully' || wm_size === 'rand' ? `wm_size ${wm_size}` : undefined;
  const numbers = numbersOf(given);
  if (file && model !== undefined && model !== 'wm') {
    faults.push(`${file} does not go with model ${model}: only wm has one`);
  }
  if (numbers && model !== undefined && model !== 'wm') {
    faults.push(`${numbers}: not with model ${model}, only wm has a wiring`);
  }
  const wirings = [file, size, numbers].filter((one) => one !== undefined);
  if (wirings.length > 1) {
    faults.push(`${wirings.join(' and ')} are ${wirings.length} wirings; keep one`);
  }
  return [...faults, ...impossibleChoices(given)];
}

/** The wiring numbers that are not the paper's, with their values; undefined if there are none. */
function numbersOf(given: Readonly<Record<string, unknown>>): string | undefined {
  const others = Object.entries(WM_NUMBERS).flatMap(([name, ofPaper]) =>
    given[name] === undefined || given[name] === ofPaper ? [] : [`${name} ${JSON.stringify(given[name])}`],
  );
  return others.length > 0 ? others.join(', ') : undefined;
}

/** Fan-outs above the number of neurons there are to choose from. */
function impossibleChoices(given: Readonly<Record<string, unknown>>): string[] {
  return CHOICES.flatMap(([fan, neurons]) => {
    const [count, among] = [given[fan] ?? WM_NUMBERS[fan], given[neurons] ?? WM_NUMBERS[neurons]];
    if (typeof count !== 'number' || typeof among !== 'number' || count <= among) return [];
    const standing = given[fan] === undefined ? ', its default,' : '';
    return [`${fan} ${count}${standing} is above ${neurons} ${among}: it counts different neurons of these`];
  });
}
