/** Options that are right one by one and cannot be together. Said with all other faults, before anything is built. */
import type { ModelOptions } from './schema.ts';

/**
 * @param given - what was given, unchecked: of a wrong kind, it contradicts nothing
 * @returns a sentence for each contradiction
 */
export function contradictions(given: Readonly<Record<string, unknown>>): string[] {
  const { model, sparsity, wm_size, wiring } = given as Partial<ModelOptions> & { wiring?: unknown };
  const faults: string[] = [];
  if (typeof sparsity === 'number' && sparsity > 0 && (model === 'wm' || model === 'cnn')) {
    const why = model === 'wm' ? 'wm is sparse by its wiring' : 'cnn has no recurrent cell';
    faults.push(`sparsity ${sparsity} does not go with model ${model}: ${why}; leave it out`);
  }
  if (wiring !== undefined && model !== undefined && model !== 'wm') {
    faults.push(`wiring ${JSON.stringify(wiring)} does not go with model ${model}: only wm has one`);
  }
  if (wiring !== undefined && (wm_size === 'fully' || wm_size === 'rand')) {
    faults.push(`wiring ${JSON.stringify(wiring)} and wm_size ${wm_size} are two wirings; leave one out`);
  }
  return faults;
}
