/** Checks options against the schema; all faults are reported at once, unknown names with the nearest known one. */
import type { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { unknownName } from '../nearest.ts';

/**
 * @param schema - of `schema.ts`
 * @param input - keys and values as given; what is left out gets its default
 * @param where - for the message: a file's name, or `options`
 * @throws ConfigError listing every fault
 */
export function parseOptions<Schema extends z.ZodObject>(
  schema: Schema,
  input: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => describe(issue, schema, input));
  throw new ConfigError(`${where}: ${faults.join('\n  ')}`);
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodObject, input: unknown): string[] {
  const key = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => unknownName('option', name, Object.keys(schema.shape)));
  }
  const given = issue.path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown>)?.[part],
    input,
  );
  if (given === undefined && issue.path.length === 1) {
    return [`${key} is missing: ${schema.shape[key]?.meta?.()?.description ?? 'it has no default'}`];
  }
  if (issue.code === 'invalid_value' && typeof given === 'string') {
    const title = schema.shape[String(issue.path[0])]?.meta?.()?.title ?? key;
    return [unknownName(String(title), given, issue.values.map(String))];
  }
  return [`${key || 'the options'}: ${issue.message}, got ${JSON.stringify(given)}`];
}
