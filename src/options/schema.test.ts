/** What holds of every option there is. */
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { optionsOf } from './flags.ts';
import { parseOptions } from './parse.ts';
import * as schema from './schema.ts';

const schemas = Object.entries(schema).flatMap(([name, value]) =>
  /Options$/.test(name) ? [[name, value as unknown as z.ZodObject] as const] : [],
);

it('there are those of every command', () => {
  expect(schemas.map(([name]) => name)).toEqual(
    expect.arrayContaining(['passiveOptions', 'sweepPassiveOptions']),
  );
});

it.each(schemas)('%s: a text with a line end or an escape in it is refused, by its name', (_, options) => {
  const texts = optionsOf(options).filter(({ kind, choices }) => kind === 'string' && choices === undefined);
  for (const value of ['a\nb', 'a\rb', 'a\u001b[0m', 'a\0']) {
    const given = Object.fromEntries(texts.map(({ name }) => [name, value]));
    const refusal = (() => {
      try {
        parseOptions(options, given, 'FILE');
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    for (const { name } of texts) expect(refusal).toMatch(new RegExp(`\\b${name}: .*"a\\\\`));
  }
});
