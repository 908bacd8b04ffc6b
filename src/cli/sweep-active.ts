/** `ncp-train sweep active`: see sweep-start.ts. */
import { sweepActiveOptions } from '../options/schema.ts';
import { sweepCommand } from './sweep-start.ts';

export default sweepCommand('active', sweepActiveOptions, ({ models }) => models);
