/** Files of options: every option explained, read back as it was, and faults with their line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { passiveOptions } from './schema.ts';
import { commentedYaml, readOptionsFile } from './yaml.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yaml-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'options.yaml');
  writeFileSync(path, text);
  return path;
}

describe('commentedYaml', () => {
  const schema = z.strictObject({
    model: z.enum(['wm', 'lstm']).meta({ description: 'the network' }),
    lr: z.number().gt(0).default(0.0005).meta({ description: 'learning rate' }),
    folds: z.string().optional().meta({ description: 'paper or auto:K' }),
  });

  it('explains every option, and has one without a value as a comment', () => {
    expect(commentedYaml(schema, { lr: 0.01 })).toBe(
      [
        '# the network',
        '# wm or lstm; required',
        '# model:',
        '',
        '# learning rate',
        '# number, > 0; default 0.0005',
        'lr: 0.01',
        '',
        '# paper or auto:K',
        '# string',
        '# folds:',
        '',
      ].join('\n'),
    );
  });

  it('reads back as the same options, whatever stands in a text', () => {
    const options = passiveOptions.parse({
      model: 'ctrnn',
      experiment_id: 3,
      data: 'a: #b "c" ',
      sessions_dir: '0123',
      cache_dir: 'null',
      crop: '0.1,0.2,0.9,1',
      lr: 1e-7,
      label_sign: -1,
      perspective: true,
    });
    expect(readOptionsFile(file(commentedYaml(passiveOptions, options)))).toEqual(options);
  });
});

describe('readOptionsFile', () => {
  it('an empty file, or one of comments, has no options', () => {
    expect(readOptionsFile(file(''))).toEqual({});
    expect(readOptionsFile(file('# lr: 1\n'))).toEqual({});
  });

  it('numbers may be written as people write them', () => {
    expect(readOptionsFile(file('lr: 5e-4\nbatch_size: 20\nlstm_clip: -1\n'))).toEqual(
      parse('{ lr: 0.0005, batch_size: 20, lstm_clip: -1 }'),
    );
  });

  it.each([
    ['lr: 1\nmodel: [wm\n', /line 3, column 1/],
    ['lr: 1\nlr: 2\n', /Map keys must be unique at line 2, column 1/],
    ['\tlr: 1\n', /line 1/],
    ['lr: !python/object 1\n', /Unresolved tag: !python\/object at line 1, column 5/],
    ['just words\n', /line 1: expected options as "name: value", found "just words"/],
    ['- lr\n', /expected options as "name: value"/],
    ['lr: *unknown\n', /Unresolved alias/],
    [
      `a: &a [1,1]\n${'bcdefghij'
        .split('')
        .map((x, n) => `${x}: &${x} [${`*${'abcdefghi'[n]},`.repeat(9)}]\n`)
        .join('')}`,
      /alias/,
    ],
  ])('%j is refused with the file and the line', (text, message) => {
    const path = file(text);
    expect(() => readOptionsFile(path)).toThrow(ConfigError);
    expect(() => readOptionsFile(path)).toThrow(message);
    expect(() => readOptionsFile(path)).toThrow(path);
  });

  it('a file that is not there, or is a folder, is named', () => {
    const missing = join(folder, 'none.yaml');
    expect(() => readOptionsFile(missing)).toThrow(`${missing}: there is no such file`);
    expect(() => readOptionsFile(folder)).toThrow(`${folder}: cannot be read: it is a folder (EISDIR)`);
  });
});
