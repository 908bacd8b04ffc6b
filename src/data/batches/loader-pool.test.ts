/** Which batches the pool has made, when, and into which slot; the threads are stood in for. */
import { beforeEach, expect, it, vi } from 'vitest';
import type { BatchPlan } from './batches.ts';
import { LoaderPool } from './loader-pool.ts';
import type { LoaderTask } from './loader-thread.ts';

/** Tasks in the order they were given, and how to end each. */
const tasks = vi.hoisted(() => [] as (LoaderTask & { end: () => void })[]);
vi.mock(import('./loader-thread.ts'), () => {
  class LoaderThread {
    readonly load = 0;
    make(task: LoaderTask): Promise<void> {
      return new Promise((resolve) => tasks.push({ ...task, end: resolve }));
    }
    hold(): void {}
    async close(): Promise<void> {}
  }
  return { LoaderThread } as never;
});
beforeEach(() => void tasks.splice(0));

const asked = () => tasks.map(({ epoch, batch }) => `${epoch}.${batch}`);

it('makes so many batches ahead and no more, and leaves the slot of the one in use alone', async () => {
  const pool = new LoaderPool({} as BatchPlan, {
    T: 1,
    B: 1,
    batchesPerEpoch: 3,
    loaders: 1,
    ahead: 2,
    epochs: 2,
  });
  const first = pool.next(0, 0);
  for (const task of tasks) task.end();
  await first;
  expect(asked()).toEqual(['0.0', '0.1', '0.2']); // all are made, and nothing else is asked for
  expect(new Set(tasks.map(({ slot }) => slot)).size).toBe(3);

  await pool.next(0, 1); // batch 0 is in use no more: its slot is taken for the next one
  expect(asked().slice(3)).toEqual(['1.0']);
  expect(tasks[3].slot).toBe(tasks[0].slot);

  await pool.next(0, 2);
  const fourth = pool.next(1, 0);
  expect(asked().slice(4)).toEqual(['1.1', '1.2']); // and nothing behind the last epoch
  for (const task of tasks) task.end();
  await fourth;
  expect(await pool.next(1, 0)).toBe(await fourth);
  expect(asked()).toHaveLength(6);
});
