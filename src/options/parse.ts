/**
 * Checks options against the schema; all faults are reported at once, unknown names with the nearest known one. The sentences
 * are made from the schema (expected.ts); none of zod's own reaches the user.
 */
import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { unknownName } from '../text/nearest.ts';
import { expectedText, type Node, nodeAt } from './expected.ts';

/**
 * @param schema - of `schema.ts`
 * @param input - keys and values as given; what is left out gets its default
 * @param where - for the message: a file's name, or `options`; empty: a command line, which needs no name
 * @param lookUp - where all options can be looked up, e.g. `ncp-train passive --help lists all`
 * @param spelling - of an option's name in the message: `--lr` where it was typed
 * @throws ConfigError listing every fault
 */
export function parseOptions<Schema extends z.ZodObject>(
  schema: Schema,
  input: unknown,
  where: string,
  lookUp?: string,
  spelling: (name: string) => string = (name) => name,
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
  // A value may fail several checks, and all are in the one sentence.
  const faults = new Set(
    result.error.issues.flatMap((issue) => describe(issue, root, input, spelling, lookUp)),
  );
  throw new ConfigError(messageOf(where, [...faults]));
}

/** All faults of options, a line each. @param where - in front of them, unless it is empty */
export const messageOf = (where: string, faults: readonly string[]): string =>
  [where === '' ? '' : `${where}: `, faults.join('\n  ')].join('');

function describe(
  issue: z.core.$ZodIssue,
  root: Node,
  input: unknown,
  spelling: (name: string) => string,
  lookUp?: string,
): string[] {
  const key = issue.path.length === 0 ? '' : spelling(issue.path.join('.'));
  const node = nodeAt(root, issue.path) ?? {};
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(node.properties ?? {});
    return issue.keys.map((name) => unknownName('option', name, known, { lookUp }));
  }
  const given = issue.path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown>)?.[part],
    input,
  );
  if (given === undefined && key !== '') {
    const values = node.enum ? `, one of ${expectedText(node)}` : '';
    return [
      `${key} is missing: ${node.description ? node.description + values : `expected ${expectedText(node)}`}`,
    ];
  }
  if (issue.code === 'invalid_value' && typeof given === 'string' && node.enum) {
    return [unknownName(node.title ?? key, given, node.enum.map(String), node)];
  }
  return [`${key || 'the options'}: expected ${expectedText(node)}, got ${shown(given)}`];
}

/** As it would be written in a file, shortened. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
