/** `ncp-train active`: see training.ts and src/train/session.ts. */
import { activeOptions } from '../options/schema.ts';
import { trainingCommand } from './training.ts';

export default trainingCommand('active', activeOptions);
