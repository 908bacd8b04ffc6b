/** Begins a file, says under which name it lies until it is whole, and goes no further: `once` ends, else it stays until it is killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFileSync } from '../../src/files/whole-file.ts';

const [path, how] = process.argv.slice(2);
console.log(temporaryFileSync(path));
if (how !== 'once') await sleep(2 ** 31 - 1);
