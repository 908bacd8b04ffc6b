/** `ncp-train crossval`: all folds of one model, the short form of a sweep; see sweep-start.ts. */
import { crossvalOptions } from '../options/schema.ts';
import { sweepCommand } from './sweep-start.ts';

export default sweepCommand('passive', crossvalOptions, ({ model }) => model);
