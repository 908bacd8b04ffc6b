/** All commands with their options, for what is made of them: docs/options.md, and tests that walk them. */
import type { ListedCommand } from '../options/option-table.ts';
import type { CommandDefinition } from './command.ts';
import { commands } from './commands.ts';

/** Loads every command, which takes a second. */
export function listedCommands(): Promise<(ListedCommand & { readonly definition: CommandDefinition })[]> {
  return Promise.all(
    commands.map(async ({ name, summary, load }) => {
      const definition = (await load()).default;
      const { options, control } = definition;
      return { name, summary, options, control, definition };
    }),
  );
}
