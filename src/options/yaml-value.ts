/**
 * The value of a YAML text that may have been written by anyone. Aliases that multiply without end and values that contain
 * themselves are refused: whoever walks them would not come to an end.
 */
import { parseDocument } from 'yaml';

/**
 * @returns null for an empty text
 * @throws Error that says in words what is wrong, with line and column where it is no YAML
 */
export function yamlValue(text: string): unknown {
  const document = parseDocument(text);
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message.trim()).join('\n'));
  const value: unknown = document.toJS();
  if (containsItself(value, [])) throw new Error('an anchor (&) contains its own alias (*)');
  return value ?? null;
}

function containsItself(value: unknown, above: readonly unknown[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (above.includes(value)) return true;
  const path = [...above, value];
  return Object.values(value).some((part) => containsItself(part, path));
}
