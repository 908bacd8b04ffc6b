/** Waits for the given moment, tries to lock a run, says what came of it, and keeps the lock until it is killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock } from '../../src/files/lock.ts';

const [run, moment] = process.argv.slice(2);
console.log('ready');
await sleep(Number(moment) - Date.now());
try {
  await acquireLock(run);
  console.log(`locked by ${process.pid}`);
} catch (error) {
  console.log((error as Error).message);
}
await sleep(60_000);
