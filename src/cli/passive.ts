/** `ncp-train passive`: see src/train/session.ts. */
import type { Command } from 'commander';
import { type PassiveOptions, passiveOptions } from '../config/schema.ts';
import { runFolder, trainSession } from '../train/session.ts';
import { defineTraining } from './train-command.ts';
import { trainingView } from './training-view.ts';

export function define(command: Command): void {
  const folderOf = (options: PassiveOptions) => runFolder('passive', options);
  defineTraining(command, passiveOptions, folderOf, (options, { resume, fresh, quiet }) =>
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
