/** `ncp-train crossval`: all folds of one model, the short form of a sweep; see sweep-start.ts. */
import type { Command } from 'commander';
import { crossvalOptions } from '../options/schema.ts';
import { defineSweep } from './sweep-start.ts';

export function define(command: Command): void {
  defineSweep(command, 'passive', crossvalOptions, ({ model }) => model);
}
