/** Outputs of analyses below some folders, each once, by the names of their files (catalogue.ts). */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
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
const { compare } = new Intl.Collator('en', { numeric: true });

/**
 * @param given - folders of which everything is meant
 * @param runs - folders of runs, which have pictures of their own
 */
export async function findOutputs(given: readonly string[], runs: readonly string[]): Promise<FoundOutputs> {
  const outputs: Output[] = [];
  const unknown: string[] = [];
  const faults: string[] = [];
  const seen = new Set<string>();
  const visit = async (folder: string): Promise<void> => {
    let entries: Dirent[];
    try {
      const path = await realpath(folder); // a link may lead back
      if (seen.has(path)) return;
      seen.add(path);
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      faults.push(`${folder} cannot be read (${(error as NodeJS.ErrnoException).code})`);
      return;
    }
    const names: string[] = [];
    const below: string[] = [];
    for (const entry of entries.sort((a, b) => compare(a.name, b.name))) {
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)))) below.push(entry.name);
      else names.push(entry.name);
    }
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
    for (const name of below) {
      const path = join(folder, name);
      if (!SKIPPED.has(name) && !frames.has(path)) await visit(path);
    }
  };
  for (const folder of given) await visit(folder);
  const ofGiven = unknown.slice();
  for (const folder of runs) await visit(folder);
  return { outputs, unknown: ofGiven, faults };
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

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (it) => it.isDirectory(),
    () => false,
  );
