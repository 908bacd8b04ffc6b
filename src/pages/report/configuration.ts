/** Options of the runs: those that are not as by default first, then all; of several runs who has which value. */
import { isDeepStrictEqual } from 'node:util';
import { type OptionDescription, optionsOf } from '../../options/flags.ts';
import { activeOptions, passiveOptions } from '../../options/schema.ts';
import { foldsText, type ModelGroup } from '../../results/model-group.ts';
import type { RunReading } from '../../results/runs/run-reading.ts';

export interface OptionRow {
  readonly option: string;
  /** `0.001 (lstm), 0.0005 (wm fold 2)`; of runs that all have the same only the value. */
  readonly value: string;
  readonly fallback: string;
  readonly description: string;
  /** False if every run has it as its command does by default. */
  readonly differs: boolean;
}

/** What tells runs apart stands in their table. */
const NAMES_A_RUN: ReadonlySet<string> = new Set(['model', 'experiment_id', 'base_path']);

/** @param groups - of runs that record their options; the others are passed over */
export function optionRows(groups: readonly ModelGroup[]): OptionRow[] {
  const members = groups.flatMap((group) =>
    [...group.counted, ...group.unfinished]
      .filter(({ options }) => options !== null)
      .map((run) => ({ group, run })),
  );
  if (members.length === 0) return [];
  const described = { passive: byName(optionsOf(passiveOptions)), active: byName(optionsOf(activeOptions)) };
  const kinds = [...new Set(members.map(({ run }) => run.kind))];
  const names = new Set([
    ...kinds.flatMap((kind) => [...described[kind].keys()]),
    ...members.flatMap(({ run }) => Object.keys(run.options ?? {})),
  ]);
  return Array.from(names, (option): OptionRow => {
    const of = (kind: RunReading['kind']) => described[kind].get(option);
    const concerned = members.filter(({ run }) => of(run.kind) || run.options?.[option] !== undefined);
    const fallbacks = [...new Set(kinds.flatMap((kind) => (of(kind) ? [shown(of(kind)?.default)] : [])))];
    return {
      option,
      value: valuesText(concerned, ({ options, kind }) => shown(options?.[option], of(kind))),
      fallback: of(kinds[0])?.required
        ? 'has to be given'
        : fallbacks.join(' or ') || 'not an option of this version',
      description: (of('passive') ?? of('active'))?.description ?? '',
      differs:
        !(NAMES_A_RUN.has(option) && members.length > 1) &&
        concerned.some(({ run }) => isOther(run.options?.[option], of(run.kind))),
    };
  });
}

interface Member {
  readonly group: ModelGroup;
  readonly run: RunReading;
}

function valuesText(members: readonly Member[], textOf: (run: RunReading) => string): string {
  const byValue = new Map<string, Member[]>();
  for (const member of members) {
    const text = textOf(member.run);
    byValue.set(text, [...(byValue.get(text) ?? []), member]);
  }
  if (byValue.size < 2) return [...byValue.keys()].join('');
  return [...byValue].map(([text, same]) => `${text} (${whoOf(same, members)})`).join(', ');
}

function whoOf(same: readonly Member[], all: readonly Member[]): string {
  const groups = [...new Set(same.map(({ group }) => group))];
  const isMixed = new Set(all.map(({ group }) => group.kind)).size > 1;
  return groups
    .map((group) => {
      const own = same.filter((member) => member.group === group);
      const name = isMixed ? `${group.kind} ${group.label}` : group.label;
      const isWhole = own.length === all.filter((member) => member.group === group).length;
      return isWhole ? name : `${name} fold ${foldsText(own.map(({ run }) => run.fold))}`;
    })
    .join(', ');
}

const byName = (options: readonly OptionDescription[]) => new Map(options.map((one) => [one.name, one]));

/** A run of a version without the option did what its default does since. */
const isOther = (value: unknown, option?: OptionDescription) =>
  value !== undefined && !isDeepStrictEqual(value, option?.default);

function shown(value: unknown, option?: OptionDescription): string {
  if (value === undefined || value === null)
    return option?.default === undefined ? 'not given' : 'not recorded';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
