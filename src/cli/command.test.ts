/** What the runner does for every command, shown on small ones. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { DataError } from '../errors.ts';
import { field, flag, not, outFolder } from '../options/fields.ts';
import { passiveOptions } from '../options/schema.ts';
import { type CommandDefinition, defineCommand, runCommand } from './command.ts';
import { main } from './main.ts';
import { one } from './operands.ts';
import passive from './passive.ts';

let folder: string;
let printed: string[];
let said: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-'));
  for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(100);
});
beforeEach(() => {
  printed = [];
  said = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

const times = field(z.int().min(1), 'how often').or(1);
const loud = flag('in capitals', { applies: [not('times', 1)] });
const greet = defineCommand({
  operands: { name: one('whom') },
  options: z.strictObject({ times, loud, out: outFolder.open() }),
  faults: (_, { name }) => (name === 'nobody' ? ['nobody cannot be greeted'] : []),
  run(options, { name }, { print, say, warn }) {
    say('greeting');
    warn('warning: it is late');
    print({ name, ...options }, `hello ${name} `.repeat(options.times).trim());
  },
});

const call = (definition: CommandDefinition, ...words: string[]) =>
  runCommand('greet', definition, words, { version: '0', commands: [] });
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('a command', () => {
  it('prints its text; with --json its value; with --quiet only warnings beside', async () => {
    await call(greet, 'Ada', '--times', '2');
    expect(printed).toEqual(['hello Ada hello Ada']);
    expect(said.join('')).toBe('greeting\nwarning: it is late\n');
    await call(greet, 'Ada', '--json', '--quiet');
    expect(JSON.parse(printed[1])).toEqual({ name: 'Ada', times: 1, loud: false });
    expect(said.slice(2).join('')).toBe('warning: it is late\n');
  });

  it('takes options from --config, over which flags win, and prints them as such a file', async () => {
    const path = file('greet.yaml', 'times: 3\nloud: true\n');
    await call(greet, 'Ada', '--config', path, '--times=2', '--json');
    expect(JSON.parse(printed[0])).toMatchObject({ times: 2, loud: true });
    await call(greet, '--print-config', '--times', '2');
    expect(parse(printed[1])).toEqual({ times: 2, loud: false });
    await call(greet, '--print_schema');
    expect(JSON.parse(printed[2]).properties).toHaveProperty('times');
  });

  it('is told all that is wrong with its words, its file and its operands at once', async () => {
    const path = file('wrong.yaml', 'times: 0\nlod: true\n');
    const refusal = call(greet, 'nobody', 'else', '--config', path, '--loud=yes', '--tims', '2', '--out');
    await expect(refusal).rejects.toThrow(`${path} and the command line: `);
    const message = await refusal.catch((error: Error) => error.message);
    for (const fault of [
      'times: expected a whole number from 1, got 0',
      'unknown option "lod"; did you mean "loud"?',
      'unknown option --tims; did you mean --times?',
      '--loud takes no value, got "--loud=yes"',
      '--out needs a value',
      'nobody cannot be greeted',
      'unexpected argument "else"',
      'usage: ncp-train greet [options] <name>; ncp-train greet --help says more',
    ]) {
      expect(message).toContain(fault);
    }
    await expect(call(greet, 'Ada', '--loud')).rejects.toThrow(
      /^--loud has no effect with times 1; leave it out$/,
    );
    await expect(call(greet)).rejects.toThrow(/^name is missing: whom\n/);
  });

  it('is not run where it cannot write', async () => {
    const path = file('full', '');
    await expect(call(greet, 'Ada', '--out', path)).rejects.toThrow(
      `--out ${path}: this is a file; give a folder`,
    );
    await expect(call(greet, 'Ada', '--out', join(path, 'below'))).rejects.toThrow(DataError);
    expect(printed).toEqual([]);
  });

  it('that asks for the signal ends by it, with its word and its status; its bar is gone', async () => {
    const waiting = defineCommand({
      options: z.strictObject({}),
      stopped: 'stopped; nothing is left',
      run(_, __, { signal }) {
        process.emit('SIGTERM', 'SIGTERM');
        expect(signal.aborted).toBe(true);
        throw new Error('broken off');
      },
    });
    const listeners = process.listenerCount('SIGTERM');
    await call(waiting);
    expect(process.exitCode).toBe(143);
    process.exitCode = undefined;
    expect(said.join('')).toBe('stopped; nothing is left\n');
    expect(process.listenerCount('SIGTERM')).toBe(listeners);
  });

  it('that does not ask ends at once', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const busy = defineCommand({
      options: z.strictObject({}),
      run: () => void process.emit('SIGTERM', 'SIGTERM'),
    });
    await call(busy);
    expect(exit).toHaveBeenCalledExactlyOnceWith(143);
  });
});

it('of trainings, options of a file and flags make what the schema makes of them', async () => {
  const path = file('mine.yaml', 'model: wm\nlr: 0.1\nepochs: 3\nperspective: true\n');
  const words = ['--config', path, '--experiment_id', '0', '--lr', '0.2', '--no_perspective'];
  await call(passive, ...words, '--print_config');
  expect(passiveOptions.parse(parse(printed[0]))).toEqual(
    passiveOptions.parse({ model: 'wm', experiment_id: 0, lr: 0.2, epochs: 3 }),
  );
});

it('--debug shows where a fault of the user’s came up; without it, nobody is shown a stack', async () => {
  expect(await main(['runs', join(folder, 'none')])).toBe(3);
  expect(said.join('')).not.toMatch(/\n {4}at /);
  expect(await main(['runs', join(folder, 'none'), '--debug'])).toBe(3);
  expect(said.join('')).toMatch(/\n {4}at .*runs\.ts/);
});
