/** What holds of every command of the program, one that is added tomorrow too. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { declaredBy, everyOptions } from '../options/fields.ts';
import { optionsOf } from '../options/flags.ts';
import { optionsPage } from '../options/option-table.ts';
import { schemaOf } from './command.ts';
import { commands, groups } from './commands.ts';
import { helpOf } from './help.ts';
import { listedCommands } from './listed-commands.ts';

/** Names that mean something else in another command, and how many meanings there are. */
const HOMONYMS: Readonly<Record<string, number>> = {
  angle_unit: 2,
  camera: 2,
  compare: 2,
  epochs: 2,
  folds: 2,
  format: 4,
  frames: 5,
  new: 2,
  noise: 3,
  on: 2,
  out: 2,
  recordings: 2,
  seed: 2,
  signal_ahead: 2,
  size: 2,
  sparsity: 2,
  speed: 3,
  time: 2,
  video: 2,
  wiring: 3,
  workers: 3,
};

let all: Awaited<ReturnType<typeof listedCommands>>;
beforeAll(async () => {
  all = await listedCommands();
});
const page = readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8');

it('docs/options.md is up to date', () => {
  expect(page, 'out of date: npm run configs').toBe(optionsPage(all));
});

describe.each(commands)('$name', ({ name, summary, load }) => {
  it('takes the options of every command, and says of each of its own what it is, in the help and in the docs', async () => {
    const definition = (await load()).default;
    const known = optionsOf(schemaOf(definition));
    for (const every of Object.keys(everyOptions.shape)) {
      expect(known.map((option) => option.name)).toContain(every);
    }
    const help = helpOf(name, summary, definition);
    for (const { name: option, description, default: fallback } of known) {
      expect(description.length, option).toBeGreaterThan(4);
      expect(help).toMatch(new RegExp(`^ +--${fallback === true ? 'no_' : ''}${option}\\b`, 'm'));
      expect(page, option).toMatch(new RegExp(`^\\| \`${option}\` \\|`, 'm'));
    }
    expect(help).not.toMatch(/--\w+-\w/);
    for (const { what } of Object.values(definition.operands ?? {})) expect(what).not.toBe('');
    expect(page).toContain(`\n### ${name}\n`);
  });

  it('has a summary in the one tone: an order, without a full stop', () => {
    expect(summary).toMatch(/^[a-z].*[^.]$/);
    const group = name.split(' ').slice(0, -1).join(' ');
    if (group !== '' && group !== 'active') expect(groups).toHaveProperty([group]);
  });
});

it('an option that several commands share is declared once', () => {
  const declarations = new Map<string, Set<z.ZodType>>();
  for (const { options, control } of all) {
    const shapes = { ...options.shape, ...control?.shape } as Record<string, z.ZodType>;
    for (const [name, option] of Object.entries(shapes)) {
      declarations.set(name, (declarations.get(name) ?? new Set()).add(declaredBy(option)));
    }
  }
  const several = Array.from(declarations, ([name, found]) => [name, found.size] as const);
  expect(Object.fromEntries(several.filter(([, count]) => count > 1))).toEqual(HOMONYMS);
});
