/** The words of a command line: both spellings, lists, operands, and every fault. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { field, flag, text } from '../options/fields.ts';
import { optionsOf } from '../options/flags.ts';
import { passiveOptions, trainingControl } from '../options/schema.ts';
import { assignOperands, one, several } from './operands.ts';
import { readWords, spelt } from './words.ts';

const OWN = z.strictObject({
  ...passiveOptions.shape,
  ...trainingControl.shape,
  set: field(text, 'values', { adds: true }).open(),
  with: field(z.array(text), 'folders').or([]),
  quiet: flag('less'),
});
const read = (...words: string[]) => readWords(words, optionsOf(OWN), 'passive --help lists all');

it('options are accepted with underscores and dashes, their values and what follows -- stay as they are', () => {
  expect(spelt(['--experiment-id=a-b', '--base_path', 'my-runs', '--', '--not-an-option'])).toEqual([
    '--experiment_id=a-b',
    '--base_path',
    'my-runs',
    '--',
    '--not-an-option',
  ]);
});

it('values become numbers, texts, booleans and lists', () => {
  const words = ['--batch_size=8', '--seq-len', '4', '--lstm_clip', '-1.5', '--lr', '1e-3', '--data', '7'];
  expect(read(...words).options).toEqual({
    batch_size: 8,
    seq_len: 4,
    lstm_clip: -1.5,
    lr: 0.001,
    data: '7',
  });
  expect(read('--perspective', '--final', '--no-perspective').options).toEqual({
    perspective: false,
    final: true,
  });
  expect(read('--with', 'a', 'b', '--quiet', '--with', 'c').options).toEqual({
    with: ['a', 'b', 'c'],
    quiet: true,
  });
  expect(read('--set', 'lr=1', '--set', 'seed=2').options).toEqual({ set: 'lr=1 seed=2' });
});

it('--resume alone must, --resume auto may; a word after it is no value of its own', () => {
  expect(read('--resume').options).toEqual({ resume: 'must' });
  expect(read('--resume', 'auto').options).toEqual({ resume: 'auto' });
  expect(read('--resume=auto').options).toEqual({ resume: 'auto' });
  expect(read('--resume', 'maybe')).toMatchObject({ options: { resume: 'must' }, operands: ['maybe'] });
});

describe('faults', () => {
  it('are all found: unknown flags with the nearest, missing values, values of booleans', () => {
    const { faults, operands } = read('--lrr', '0.1', '--final=yes', '--resum', 'x', '-z', '--lr');
    expect(faults).toEqual([
      'unknown option --lrr; did you mean --lr? passive --help lists all',
      '--final takes no value, got "--final=yes"',
      'unknown option --resum; did you mean --resume? passive --help lists all',
      'unknown option -z. passive --help lists all',
      '--lr needs a value: learning rate of Adam',
    ]);
    expect(operands).toEqual([]);
  });

  it('operands that are missing, and those that are too many', () => {
    const wanted = { checkpoint: one('a run'), recording: one('HDF5') };
    expect(assignOperands(['a'], wanted).faults).toEqual(['recording is missing: HDF5']);
    expect(assignOperands(['a', 'b', 'c', 'd'], wanted).faults).toEqual([
      'unexpected argument "c"',
      'unexpected argument "d"',
    ]);
    expect(assignOperands(['a', 'b', 'c'], { format: one('x'), path: several('y') })).toEqual({
      values: { format: 'a', path: ['b', 'c'] },
      faults: [],
    });
  });
});
