/** `ncp-train sweep passive`: see sweep-start.ts. */
import type { Command } from 'commander';
import { sweepPassiveOptions } from '../options/schema.ts';
import { defineSweep } from './sweep-start.ts';

export function define(command: Command): void {
  defineSweep(command, 'passive', sweepPassiveOptions, ({ models }) => models);
}
