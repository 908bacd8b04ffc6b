/** The options of a schema on the command line: both spellings, help, precedence, and all faults at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { ConfigError } from '../errors.ts';
import { activeOptions, passiveOptions } from '../options/schema.ts';
import { hyphenated } from './main.ts';
import { addOptionFlags, optionsFrom } from './option-flags.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flags-'));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

/** What `ncp-train passive` makes of the arguments. */
function passive(args: string[]) {
  const command = new Command('passive').exitOverride();
  command.option('--resume [auto]', 'go on with a run').option('--quiet', 'print less');
  addOptionFlags(command, passiveOptions).parse(hyphenated(args), { from: 'user' });
  return optionsFrom(command, passiveOptions);
}

const NEEDED = ['--model', 'lstm', '--experiment_id', '4'];

describe('flags', () => {
  it('without any but the necessary ones, all options have the schema’s defaults', () => {
    expect(passive(NEEDED)).toEqual(passiveOptions.parse({ model: 'lstm', experiment_id: 4 }));
  });

  it('are accepted in both spellings, with = or a space, and become numbers, texts and booleans', () => {
    expect(
      passive([
        ...NEEDED,
        '--batch_size=8',
        '--seq-len',
        '4',
        '--lstm_clip',
        '-1.5',
        '--lr',
        '1e-3',
        '--data',
        '7',
      ]),
    ).toMatchObject({ batch_size: 8, seq_len: 4, lstm_clip: -1.5, lr: 0.001, data: '7' });
    expect(passive([...NEEDED, '--perspective', '--final'])).toMatchObject({
      perspective: true,
      final: true,
    });
    expect(passive([...NEEDED, '--perspective', '--no-perspective'])).toMatchObject({ perspective: false });
  });

  it('win over --config, which wins over defaults', () => {
    const path = join(folder, 'mine.yaml');
    writeFileSync(path, 'model: wm\nlr: 0.1\nepochs: 3\nperspective: true\n');
    expect(passive(['--config', path, '--experiment_id', '0', '--lr', '0.2', '--no_perspective'])).toEqual(
      passiveOptions.parse({ model: 'wm', experiment_id: 0, lr: 0.2, epochs: 3 }),
    );
  });

  it('the other flags of the command are no options', () => {
    expect(passive([...NEEDED, '--resume', 'auto', '--quiet'])).not.toHaveProperty('resume');
  });
});

describe('faults', () => {
  function refusal(args: string[]): string[] {
    try {
      passive(args);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message.split('\n  ');
    }
    throw new Error('accepted');
  }

  it('all stand in one message, unknown flags with the nearest one', () => {
    const faults = refusal([
      '--model',
      'lstn',
      '--experiment_id',
      '4',
      '--lrr',
      '0.1',
      '--lr=fast',
      '--batch_size',
      '0',
      '--resum',
      'extra',
    ]);
    expect(faults).toHaveLength(5);
    expect(faults[0]).toMatch(/^options: unknown model "lstn"; did you mean "lstm"\?/);
    expect(faults.join('\n')).toMatch(/^lr: .*got "fast"$/m);
    expect(faults.join('\n')).toMatch(/^batch_size: .*got 0$/m);
    expect(faults[3]).toBe('unknown option --lrr; did you mean --lr? passive --help lists all');
    expect(faults[4]).toBe('unknown option --resum; did you mean --resume? passive --help lists all');
  });

  it('a word that belongs to no flag is one', () => {
    expect(refusal([...NEEDED, 'wm'])).toEqual(['options: unexpected argument "wm"; options begin with --']);
  });

  it('a boolean takes no value', () => {
    expect(refusal([...NEEDED, '--final=yes'])[0]).toMatch(/^options: --final takes no value/);
  });

  it('the file is named beside the command line', () => {
    const path = join(folder, 'wrong.yaml');
    writeFileSync(path, 'lerning_rate: 1\n');
    expect(refusal(['--config', path, ...NEEDED])[0]).toMatch(
      `${path} and the command line: unknown option "lerning_rate"`,
    );
  });
});

describe('printing', () => {
  it('--print_config gives YAML that makes the same options', () => {
    const print = vi.spyOn(console, 'log').mockReturnValue();
    expect(passive([...NEEDED, '--epochs', '7', '--print_config'])).toBeUndefined();
    expect(passiveOptions.parse(parse(print.mock.calls[0][0]))).toEqual(
      passiveOptions.parse({ model: 'lstm', experiment_id: 4, epochs: 7 }),
    );
  });

  it('--print_schema gives a JSON Schema, also without the necessary options', () => {
    const print = vi.spyOn(console, 'log').mockReturnValue();
    expect(passive(['--print_schema'])).toBeUndefined();
    expect(JSON.parse(print.mock.calls[0][0])).toMatchObject({
      type: 'object',
      required: ['model', 'experiment_id'],
      additionalProperties: false,
      properties: { lr: { type: 'number', exclusiveMinimum: 0, default: 0.0005 } },
    });
  });

  it('the help shows meaning, values and default of every option, and of booleans what changes something', () => {
    const help = addOptionFlags(new Command('active'), activeOptions)
      .helpInformation()
      .replaceAll(/\s+/g, ' ');
    for (const name of Object.keys(activeOptions.shape)) expect(help).toContain(name.replaceAll('_', '-'));
    expect(help).toContain('--lr <number> learning rate of Adam (> 0; default: 0.0005)');
    expect(help).toContain(
      '--wm-size <name> wiring of wm (small, mk2, fully, rand; default: mk2; only with model wm',
    );
    expect(help).toContain('--model <name> the network that is trained (wm, lstm,');
    expect(help).toContain('--perspective also shift');
    expect(help).not.toContain('--no-perspective');
    expect(help).toContain('--no-ctfeedback');
  });
});
