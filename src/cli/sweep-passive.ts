/** `ncp-train sweep passive`: see sweep-start.ts. */
import { sweepPassiveOptions } from '../options/schema.ts';
import { sweepCommand } from './sweep-start.ts';

export default sweepCommand('passive', sweepPassiveOptions, ({ models }) => models);
