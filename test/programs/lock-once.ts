/** Waits for a word on its input, tries to lock a run, says what came of it, and keeps the lock until it is killed. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock } from '../../src/files/lock.ts';

const [run, everyMs = '10000'] = process.argv.slice(2);
console.log('ready');
await once(process.stdin, 'data');
try {
  await acquireLock(run, { heartbeat: { everyMs: Number(everyMs), silenceMs: 60_000 } });
  console.log(`locked by ${process.pid}`);
} catch (error) {
  console.log((error as Error).message);
}
await sleep(2 ** 31 - 1);
