/**
 * What to say when a name is not one of those known: the nearest name, and the whole list or where it stands.
 */
import { distance } from 'fastest-levenshtein';

/** A list of more names hides the answer that stands before it. */
const MOST_LISTED = 12;

export interface Hints {
  /** Where a long list of the known names stands, e.g. `ncp-train passive --help lists all`. */
  readonly lookUp?: string;
  /** Names that people have for one of the known, and what to say of them. */
  readonly otherNames?: Readonly<Record<string, string>>;
}

/**
 * @param what - noun for the message, e.g. `model`
 * @param given - the name that was seen
 * @param known - the names that exist
 * @returns a sentence such as `unknown model "lstn"; did you mean "lstm"? Known: wm, lstm, …`
 */
export function unknownName(
  what: string,
  given: string,
  known: readonly string[],
  { lookUp, otherNames = {} }: Hints = {},
): string {
  const said = otherNames[given.toLowerCase()];
  if (said !== undefined)
    return `unknown ${what} ${JSON.stringify(given)}: ${said}.${whereToLook(given, known, lookUp)}`;
  const best = nearestName(given, known);
  const guess = best === undefined ? '.' : `; did you mean "${best}"?`;
  return `unknown ${what} ${JSON.stringify(given)}${guess}${whereToLook(given, known, lookUp)}`;
}

/**
 * The same of a flag as it was typed.
 *
 * @param given - with its hyphens, `--lrr`
 * @param known - with theirs
 * @returns a sentence such as `unknown option --lrr; did you mean --lr? ncp-train passive --help lists all`
 */
export function unknownFlag(given: string, known: readonly string[], lookUp: string): string {
  const best = nearestName(
    given.replace(/^-+/, ''),
    known.map((flag) => flag.replace(/^-+/, '')),
  );
  return `unknown option ${given}${best === undefined ? '.' : `; did you mean --${best}?`} ${lookUp}`;
}

/** The known name that was most likely meant: spelt almost so, or begun so; undefined if there is none. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const [best] = ranked(given, known);
  if (best === undefined) return undefined;
  const isSwapped = best.edits === 2 && letters(best.name) === letters(given);
  if (best.edits <= Math.max(1, Math.floor(given.length / 3)) || isSwapped) return best.name;
  const begun = given.length < 3 ? undefined : known.find((name) => plain(name).startsWith(plain(given)));
  return begun;
}

function whereToLook(given: string, known: readonly string[], lookUp: string | undefined): string {
  if (known.length <= MOST_LISTED) return known.length === 0 ? '' : ` Known: ${known.join(', ')}`;
  if (lookUp !== undefined) return ` ${lookUp}`;
  const nearest = ranked(given, known).slice(0, MOST_LISTED);
  const more = known.length - nearest.length;
  return ` Known: ${nearest.map(({ name }) => name).join(', ')} and ${more} more`;
}

function ranked(given: string, known: readonly string[]): { name: string; edits: number }[] {
  return known
    .map((name) => ({ name, edits: distance(plain(given), plain(name)) }))
    .sort((a, b) => a.edits - b.edits);
}

/** Case, and which of the two hyphens, make no other name. */
const plain = (name: string) => name.toLowerCase().replaceAll('-', '_');

const letters = (name: string) => [...plain(name)].sort().join('');
