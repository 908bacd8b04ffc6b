/**
 * Whether the runs of a table may be compared: the same recordings, options and folds. What differs is said, since a mean
 * over mixed runs looks like any other; nothing is left out for it.
 */
import { isDeepStrictEqual } from 'node:util';
import { foldsText, type ModelGroup } from './model-group.ts';
import type { RunReading } from './runs/run-reading.ts';

/** What is compared, or says where things lie, how long they may take, and what computes. */
const MAY_DIFFER: ReadonlySet<string> = new Set([
  'model',
  'experiment_id',
  'base_path',
  'sessions_dir',
  'data',
  'cache_dir',
  'log_period',
  'quiet',
  'json',
  'final',
  'max_minutes',
  'tensorboard',
  'backend',
  'workers',
  'loaders',
  'threads',
]);

/**
 * @param compared - options that differ on purpose
 * @returns a sentence for each thing that differs, with who has what
 */
export function differences(groups: readonly ModelGroup[], compared: readonly string[] = []): string[] {
  const runs = groups.flatMap((group) =>
    [...group.counted, ...group.unfinished].map((run) => ({ group, run })),
  );
  const recorded = runs.filter(({ run }) => run.layout === 'ncp-train');
  const warnings: string[] = [];
  const say = (what: string, read: (run: RunReading) => unknown, among = recorded) => {
    const sentence = whoHasWhat(
      what,
      among.map((member) => ({ ...member, value: read(member.run) })),
      groups,
    );
    if (sentence) warnings.push(sentence);
  };
  say(
    'the recordings differ (fingerprint)',
    ({ data }) => data?.slice(0, 8),
    recorded.filter(({ run }) => run.data !== null),
  );
  say(
    'the label scale differs, so that only errors in 1/km can be compared',
    ({ labelScale }) => labelScale,
    runs.filter(({ run }) => run.labelScale !== null),
  );
  const prepared = recorded.filter(({ run }) => run.input !== null);
  for (const key of ['crop', 'channel_order', 'label_sign']) {
    say(`${key} differs`, ({ input }) => input?.[key], prepared);
  }
  const withOptions = recorded.filter(({ run }) => run.options !== null);
  const inputKeys = ['crop', 'channel_order', 'label_scale', 'label_sign'];
  const keys = new Set(withOptions.flatMap(({ run }) => Object.keys(run.options ?? {})));
  for (const key of keys) {
    if (MAY_DIFFER.has(key) || inputKeys.includes(key) || compared.includes(key)) continue;
    say(`the option ${key} differs`, ({ options }) => options?.[key], withOptions);
  }
  if (recorded.length > 0 && recorded.length < runs.length) {
    warnings.push(
      'runs of the published scripts stand beside others: their data and options are not recorded, and cannot be compared',
    );
  }
  return [...warnings, ...otherFolds(groups)];
}

/** Means over different folds are means over different test drives. */
function otherFolds(groups: readonly ModelGroup[]): string[] {
  const members = groups
    .filter(({ kind, counted }) => kind === 'passive' && counted.length > 0)
    .map((group) => ({ group, value: foldsText(group.counted.map(({ fold }) => fold)) }));
  const distinct = [...new Set(members.map(({ value }) => value))];
  if (distinct.length < 2) return [];
  const list = distinct.map((folds) => {
    const who = members.filter(({ value }) => value === folds).map(({ group }) => group.label);
    return `${folds} (${who.join(', ')})`;
  });
  return [`the folds differ, and with them what is tested: ${list.join('; ')}`];
}

interface Member {
  readonly group: ModelGroup;
  readonly run: RunReading;
  readonly value: unknown;
}

/** `the option lr differs: 0.0005 (lstm), 0.001 (wm 3, 4)`; undefined if all have the same. */
function whoHasWhat(
  what: string,
  members: readonly Member[],
  groups: readonly ModelGroup[],
): string | undefined {
  const kinds: Member[][] = [];
  for (const member of members) {
    const same = kinds.find(([first]) => isDeepStrictEqual(first.value, member.value));
    if (same) same.push(member);
    else kinds.push([member]);
  }
  if (kinds.length < 2) return undefined;
  const list = kinds.map((same) => {
    const who = groups.flatMap((group) => {
      const own = same.filter((member) => member.group === group);
      if (own.length === 0) return [];
      const isAll = own.length === members.filter((member) => member.group === group).length;
      return [isAll ? group.label : `${group.label} fold ${foldsText(own.map(({ run }) => run.fold))}`];
    });
    return `${shown(same[0].value)} (${who.join(', ')})`;
  });
  return `${what}: ${list.join(', ')}`;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'not given';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
