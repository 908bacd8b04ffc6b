/** The files of `configs/` are what the schema makes of them, and can be used as they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { configFiles } from './config-files.ts';
import { datasetSchema } from './dataset-schema.ts';
import { mergeOptions } from './merge.ts';
import { activeOptions, demoOptions, driveOptions, passiveOptions } from './schema.ts';
import { readOptionsFile } from './yaml.ts';

const FOLDER = join(import.meta.dirname, '../../configs');
const SCHEMAS = {
  'passive.yaml': passiveOptions,
  'active.yaml': activeOptions,
  'demo.yaml': demoOptions,
  'drive.yaml': driveOptions,
};

it('there is one for each schema, and two for small trainings', () => {
  expect([...configFiles().keys()]).toEqual([...Object.keys(SCHEMAS), 'small.yaml', 'small-cnn.yaml']);
});

it.each([
  ['small.yaml', 'wm'],
  ['small-cnn.yaml', 'cnn'],
])(
  '%s is what the code makes, and holds only what differs from the defaults of both commands',
  (name, model) => {
    const path = join(FOLDER, name);
    expect(readFileSync(path, 'utf8'), 'out of date: npm run configs').toBe(configFiles().get(name));
    const file = readOptionsFile(path);
    const passive = { file, flags: { model, experiment_id: 0 } };
    const active = { file, flags: { model } };
    for (const [schema, given] of [
      [passiveOptions, passive],
      [activeOptions, active],
    ] as const) {
      const options = mergeOptions(schema, given, { where: name });
      const defaults = schema.parse(JSON.parse(JSON.stringify(given.flags)));
      const differs = Object.keys(file).filter(
        (option) => Reflect.get(options, option) !== Reflect.get(defaults, option),
      );
      expect(differs.length).toBeGreaterThanOrEqual(Object.keys(file).length - 1); // active weighs no curves by default
      expect(options).toEqual({ ...defaults, ...file });
    }
  },
);

it('no shipped file overrides what a dataset.yaml says of its recordings', () => {
  for (const name of configFiles().keys()) {
    const options = Object.keys(readOptionsFile(join(FOLDER, name)));
    // The demo makes its recordings itself.
    const ofData = Object.keys(datasetSchema.shape).filter((key) => options.includes(key));
    expect(ofData, name).toEqual(name === 'demo.yaml' ? ['label_scale'] : []);
  }
});

it.each(Object.entries(SCHEMAS))('%s has every option with its default, and is valid', (name, schema) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  expect(text, 'out of date: npm run configs').toBe(configFiles().get(name));
  const file = readOptionsFile(join(FOLDER, name));
  const options = mergeOptions(schema, { file, flags: {} }, { where: name });
  const { model, experiment_id } = file;
  expect(options).toEqual(schema.parse(JSON.parse(JSON.stringify({ model, experiment_id }))));
  // With what stands there as a comment, all options are there.
  const whole = parse(text.replaceAll(/^# (\w+):$/gm, '$1:'));
  expect(Object.keys(whole)).toEqual(Object.keys(schema.shape));
});
