/** What the name of a model's folder says: `{model}_{session}`, in the archive also `e2e_{model}_{session}`. */
import { MODELS } from '../../options/schema.ts';

/** @returns for a name of another form the whole name as the model */
export function modelAndSession(name: string): { model: string; session: string } {
  const plain = name.replace(/^e2e_/, '');
  for (const model of MODELS) {
    if (plain === model) return { model, session: '' };
    if (plain.startsWith(`${model}_`)) return { model, session: plain.slice(model.length + 1) };
  }
  return { model: name, session: '' };
}

/** The number in `experiment_4`, and in `experiment_4.1`, which `--new` moved aside. */
export function foldOf(name: string): { fold: number; isAside: boolean } | undefined {
  const match = /^experiment_(\d+)(\.\d+)?$/.exec(name);
  return match ? { fold: Number(match[1]), isAside: match[2] !== undefined } : undefined;
}
