/** Outputs of analyses below some folders, each once, by the names of their files (catalogue.ts). */
import { extname, join } from 'node:path';
import { FolderWalk } from '../../files/walk-folders.ts';
import { ANALYSES, type Analysis } from './catalogue.ts';

export interface Output {
  readonly analysis: Analysis;
  readonly folder: string;
  /** The same picture as SVG and PNG is one entry, the SVG first. */
  readonly pictures: readonly (readonly string[])[];
  readonly tables: readonly string[];
  readonly others: readonly string[];
  readonly facts?: string;
  readonly frames: readonly string[];
}

export interface FoundOutputs {
  readonly outputs: readonly Output[];
  /** Pictures below `given` that no analysis is known by. */
  readonly unknown: readonly string[];
  /** Folders that cannot be read, a sentence each. */
  readonly faults: readonly string[];
}

/** Checkpoints are many, and hold no pictures. */
const SKIPPED: ReadonlySet<string> = new Set(['checkpoints', 'final_models', 'node_modules']);

/**
 * @param given - folders of which everything is meant
 * @param runs - folders of runs, which have pictures of their own
 */
export async function findOutputs(given: readonly string[], runs: readonly string[]): Promise<FoundOutputs> {
  const outputs: Output[] = [];
  const unknown: string[] = [];
  const walk = new FolderWalk();
  const look = (folder: string, names: readonly string[], below: readonly string[]) => {
    const frames = new Set<string>();
    const taken = new Set<string>();
    for (const analysis of ANALYSES.filter(({ mark }) => names.some((name) => mark.test(name)))) {
      const output = outputIn(folder, names, below, analysis);
      outputs.push(output);
      for (const path of output.pictures.flat()) taken.add(path);
      for (const name of output.frames) frames.add(name);
    }
    unknown.push(
      ...names.map((name) => join(folder, name)).filter((path) => isPicture(path) && !taken.has(path)),
    );
    return below.filter((name) => !SKIPPED.has(name) && !frames.has(join(folder, name)));
  };
  await walk.into(given, look);
  const ofGiven = unknown.slice();
  await walk.into(runs, look);
  return { outputs, unknown: ofGiven, faults: walk.faults };
}

function outputIn(
  folder: string,
  names: readonly string[],
  below: readonly string[],
  analysis: Analysis,
): Output {
  const { pictures, tables, others, facts, frames = [] } = analysis;
  const stems = new Map<string, string[]>();
  for (const name of names.filter(isPicture)) {
    const stem = name.slice(0, -extname(name).length);
    if (pictures.test(stem)) stems.set(stem, [...(stems.get(stem) ?? []), join(folder, name)]);
  }
  const matching = (pattern?: RegExp) =>
    names.filter((name) => pattern?.test(name)).map((name) => join(folder, name));
  return {
    analysis,
    folder,
    pictures: [...stems.values()].map((same) => same.sort((a, b) => Number(isPng(a)) - Number(isPng(b)))),
    tables: matching(tables),
    others: matching(others),
    ...(facts !== undefined && names.includes(facts) ? { facts: join(folder, facts) } : {}),
    frames: frames.filter((name) => below.includes(name)).map((name) => join(folder, name)),
  };
}

const isPicture = (name: string) => ['.svg', '.png'].includes(extname(name).toLowerCase());
const isPng = (name: string) => extname(name).toLowerCase() === '.png';
