/** Whatever is wrong with an option, of any schema: the sentence is ours, with what was given and what is expected. */
import { expect, it } from 'vitest';
import { datasetSchema } from './dataset-schema.ts';
import { optionsOf, valuesText } from './flags.ts';
import { parseOptions } from './parse.ts';
import * as schemas from './schema.ts';

const SCHEMAS = {
  ...Object.fromEntries(Object.entries(schemas).filter(([name]) => name.endsWith('Options'))),
  datasetSchema,
} as unknown as Record<string, typeof schemas.passiveOptions>;

/** Of every kind that YAML and the command line can give. */
const WRONG: readonly unknown[] = [
  '',
  ' ',
  'x y',
  'a\nb',
  '!',
  '0,0',
  '12',
  'ncp',
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1.5,
  1e9,
  1e30,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  [],
  ['x'],
  [1, 2],
  {},
  { x: 1 },
];

/** What zod says by itself, and what a regular expression looks like. */
const FOREIGN =
  /invalid|too (small|big)|expected (string|number|int|boolean|object|array|one of|record)\b|received|must match|pattern|>=|<=|\bNaN\b(?!$)|[\^$\\]|\[\w-\]|\\[dw]|\/\^/i;

it.each(Object.keys(SCHEMAS))('%s', (name) => {
  const schema = SCHEMAS[name];
  let refused = 0;
  for (const value of WRONG) {
    const given = Object.fromEntries(Object.keys(schema.shape).map((option) => [option, value]));
    const wrong = schema.safeParse(given).error?.issues.map(({ path }) => path[0] as string) ?? [];
    let message = 'options: ';
    try {
      parseOptions(schema, given, 'options');
    } catch (error) {
      message = (error as Error).message;
    }
    const sentences = message.replace(/^options: /, '').split('\n  ');
    // One for each option, however many of its checks failed.
    expect(sentences).toHaveLength(Math.max(1, new Set(wrong).size));
    for (const sentence of sentences.filter((one) => one !== '')) {
      refused += 1;
      expect(sentence).toMatch(/^(\w+: expected \S.*, got \S.*|unknown [\w ]+ ".*")/);
      expect(sentence.replace(/(, got .*|^unknown [\w ]+ "(\\.|[^"\\])*")/, '')).not.toMatch(FOREIGN);
    }
  }
  expect(refused).toBeGreaterThan(3 * Object.keys(schema.shape).length);
  // Nor in the help, the files and the docs.
  for (const option of optionsOf(schema)) expect(valuesText(option), option.name).not.toMatch(/\^|\\|\$/);
});

it('says bounds, lists and kinds', () => {
  const said = (input: object) => {
    try {
      parseOptions(datasetSchema, input, 'dataset.yaml');
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(said({ crop: [1] })).toBe(
    'dataset.yaml: crop: expected a text or a list of 4 values, each a number, got [1]',
  );
  expect(said({ label_scale: 0 })).toBe('dataset.yaml: label_scale: expected a number above 0, got 0');
  expect(said({ label_sign: 2 })).toBe('dataset.yaml: label_sign: expected 1 or -1, got 2');
  expect(() =>
    parseOptions(schemas.passiveOptions, { model: 'LTC', experiment_id: 0, base_path: 'a b' }, 'o'),
  ).toThrow(
    /^o: unknown model "LTC": the network of LTC .* is called wm here\. Known: wm, .*\n {2}base_path: expected letters, digits, "\.", "_" and "-", got "a b"$/,
  );
  expect(() => parseOptions(schemas.driveOptions, { noise: '0.1,0.10', push: 7, size: '9' }, 'o')).toThrow(
    'o: noise: expected one or several numbers from 0, each once, e.g. 0,0.1,0.2, got "0.1,0.10"\n' +
      '  push: expected a number from 0 to 3, got 7\n  size: expected height and width from 16 to 4096, e.g. 250x400, got "9"',
  );
});
