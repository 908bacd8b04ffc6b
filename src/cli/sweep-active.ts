/** `ncp-train sweep active`: see sweep-start.ts. */
import type { Command } from 'commander';
import { sweepActiveOptions } from '../options/schema.ts';
import { defineSweep } from './sweep-start.ts';

export function define(command: Command): void {
  defineSweep(command, 'active', sweepActiveOptions, ({ models }) => models);
}
