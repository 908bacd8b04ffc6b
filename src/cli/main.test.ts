import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { reading } from '../files/reading.ts';
import { commands } from './commands.ts';
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

describe('what goes wrong without being foreseen', () => {
  const said = () =>
    vi
      .mocked(process.stderr.write)
      .mock.calls.map(([text]) => text)
      .join('');
  /** Status and output of a command whose work ends in an error. */
  const ended = async (error: () => never, ...args: string[]) => {
    const doctor = commands.find(({ name }) => name === 'doctor');
    if (!doctor) throw new Error('there is no doctor');
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.spyOn(doctor, 'load').mockImplementation(async () => error());
    return { status: await main(['doctor', ...args]), said: said() };
  };
  afterEach(() => vi.restoreAllMocks());
  const fault = (): never => {
    throw new TypeError('x is not iterable');
  };
  const damaged = () => reading('drive.h5', fault);
  const STACK = /\n {4}at /;

  it('in a reader: the file, status 3, no stack; with --debug also where, and what caused it', async () => {
    const plain = await ended(damaged);
    expect(plain).toEqual({
      status: 3,
      said: 'error: drive.h5: cannot be read (x is not iterable); the file is damaged, or not what it should be: copy or make it again\n',
    });
    vi.restoreAllMocks();
    const more = await ended(damaged, '--debug');
    expect(more.status).toBe(3);
    expect(more.said).toContain(plain.said);
    expect(more.said).toMatch(/caused by TypeError: x is not iterable\n {4}at fault/);
  });

  it('elsewhere: a bug, status 1, how to report it; the stack with --debug', async () => {
    const plain = await ended(fault);
    expect(plain.status).toBe(1);
    expect(plain.said).toMatch(
      /^error: x is not iterable\nThis is a bug in ncp-train [\d.]+\. Please report it .*--debug/,
    );
    expect(plain.said).not.toMatch(STACK);
    vi.restoreAllMocks();
    const more = await ended(fault, '--debug');
    expect(more.status).toBe(1);
    expect(more.said).toMatch(STACK);
    expect(more.said).toContain('This is a bug in ncp-train');
  });
});
