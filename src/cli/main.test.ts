import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './main.ts';

describe('what is typed wrongly', () => {
  beforeEach(() => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(() => vi.restoreAllMocks());
  // Each call of the program listens once, and here it is called many times in one process.
  beforeAll(() => {
    for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(100);
  });

  it.each([
    [['doctr'], 'unknown command "doctr"; did you mean "doctor"? ncp-train --help lists all'],
    [['help', 'foo'], 'unknown command "foo". ncp-train --help lists all'],
    [['foo', '--help'], 'unknown command "foo". ncp-train --help lists all'],
    [
      ['backend', 'instal'],
      'unknown command of backend "instal"; did you mean "install"? Known: install, list, remove',
    ],
    [['help', 'backend', 'foo'], 'unknown command of backend "foo". Known: install, list, remove'],
    [
      ['sweep', '--models', 'wm'],
      'sweep: which? One of passive, active, status, cancel, run comes before the options, e.g. ncp-train sweep passive --models',
    ],
    [['--lrr'], 'unknown option --lrr. ncp-train --help lists all'],
    [['doctor', '--jsn'], 'unknown option --jsn; did you mean --json? ncp-train doctor --help lists all'],
    [
      ['data', 'import', 'images', 'x', '--out', 'y', '--min_frame', '3'],
      'unknown option --min_frame; did you mean --min_frames? ncp-train data import',
    ],
    [['replay'], 'checkpoint is missing: '],
    [
      ['replay', 'x'],
      '  usage: ncp-train replay [options] <checkpoint> <recording>; ncp-train replay --help says more',
    ],
    [['replay', 'a', 'b', 'c'], 'unexpected argument "c"\n  usage: ncp-train replay'],
    [
      ['backend', 'list', 'tensorflow'],
      'unexpected argument "tensorflow"\n  usage: ncp-train backend list [options];',
    ],
    [['backend', 'install', '--tensorflow'], '--tensorflow needs a value: version of TensorFlow'],
    [['data', 'generate', 'passive'], '--out is missing: folder to write into'],
    [
      ['test', 'x', '--split', 'tset'],
      'unknown --split "tset"; did you mean "test"? Known: all, train, validation, test',
    ],
    [
      ['data', 'import', 'images', 'x', '--out', 'y', '--pieces', 'many'],
      '--pieces: expected a whole number from 1, got "many"\n',
    ],
    [
      ['drive', '--nois', '0'],
      'unknown option --nois; did you mean --noise? ncp-train drive --help lists all',
    ],
    [['passive', '--lr'], '--lr needs a value: learning rate of Adam'],
  ])('%j: status 2, one message in our words', async (args, message) => {
    expect(await main(args)).toBe(2);
    const said = vi
      .mocked(process.stderr.write)
      .mock.calls.map(([text]) => text)
      .join('');
    expect(said).toMatch(/^error: /);
    expect(said).toContain(message);
    expect(said).not.toMatch(/error: .*error: |\n {4}at /);
  });
});
