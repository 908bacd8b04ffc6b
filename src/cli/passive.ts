/** `ncp-train passive`: see src/train/session.ts. */
import type { Command } from 'commander';
import { passiveOptions } from '../config/schema.ts';
import { trainSession } from '../train/session.ts';
import { defineTraining } from './train-command.ts';
import { trainingView } from './training-view.ts';

export function define(command: Command): void {
  defineTraining(command, passiveOptions, (options, { resume, fresh, quiet }) =>
    trainSession({
      command: 'passive',
      options,
      argv: process.argv.slice(2),
      resume,
      fresh,
      observer: trainingView(options.log_period, quiet),
    }),
  );
}
