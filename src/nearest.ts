/**
 * What to say when a name is not one of those known: the nearest name, then the whole list.
 */
import { distance } from 'fastest-levenshtein';

/**
 * @param what - noun for the message, e.g. `model`
 * @param given - the name that was seen
 * @param known - the names that exist
 * @returns a sentence such as `unknown model "lstn", did you mean "lstm"? Known: wm, lstm, …`
 */
export function unknownName(what: string, given: string, known: readonly string[]): string {
  const ranked = known
    .map((name) => ({ name, edits: distance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  const close = best !== undefined && best.edits <= Math.max(2, Math.floor(given.length / 2));
  const guess = close ? `, did you mean "${best.name}"?` : '.';
  return `unknown ${what} "${given}"${guess} Known: ${known.join(', ')}`;
}
