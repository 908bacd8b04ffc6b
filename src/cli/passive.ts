/** `ncp-train passive`: see training.ts and src/train/session.ts. */
import { passiveOptions } from '../options/schema.ts';
import { trainingCommand } from './training.ts';

export default trainingCommand('passive', passiveOptions);
