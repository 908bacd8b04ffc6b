/** `ncp-train active`: see src/train/session.ts. */
import type { Command } from 'commander';
import { type ActiveOptions, activeOptions } from '../options/schema.ts';
import { runFolder } from '../train/run/run-place.ts';
import { defineTraining } from './train-command.ts';
import { trainingView } from './training-view.ts';

export function define(command: Command): void {
  const folderOf = (options: ActiveOptions) => runFolder('active', options);
  defineTraining(command, activeOptions, folderOf, async (options, { resume, fresh, quiet }) => {
    const { trainSession } = await import('../train/session.ts'); // TensorFlow.js, which --help does not need
    return trainSession({
      command: 'active',
      options,
      argv: process.argv.slice(2),
      resume,
      fresh,
      observer: trainingView(options.log_period, quiet),
    });
  });
}
