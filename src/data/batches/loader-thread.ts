/**
 * One loader thread as the pool sees it: takes tasks, settles a promise for each. The thread keeps the process alive only
 * while it is told to (`hold`), and ends with it.
 */
import type { Worker } from 'node:worker_threads';
import { receivedError, type SentError } from '../../errors.ts';
import { startWorker } from '../../threads/thread.ts';
import type { BatchPlan } from './batches.ts';
import type { HostBatch } from './host-batch.ts';

/** What a thread starts with; the slots are shared memory. */
export interface LoaderData {
  readonly plan: BatchPlan;
  readonly slots: readonly HostBatch[];
}

/** A batch to be made, and the slot to put it in. */
export interface LoaderTask {
  readonly epoch: number;
  readonly batch: number;
  readonly slot: number;
}

/** The answer to a task; tasks are answered in order. */
export interface LoaderReply {
  /** Why the batch was not made. */
  readonly fault?: SentError;
}

export class LoaderThread {
  readonly #worker: Worker;
  /** Of the tasks not answered, the oldest first. */
  readonly #waiting: ((error?: Error) => void)[] = [];
  /** Why the thread is no more. */
  #ended: Error | undefined;

  constructor(data: LoaderData) {
    this.#worker = startWorker('loader-worker', import.meta.url, data);
    this.#worker.on('message', ({ fault }: LoaderReply) =>
      this.#waiting.shift()?.(fault && receivedError(fault)),
    );
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', (code) => this.#end(new Error(`a loader thread ended with status ${code}`)));
    this.#worker.unref();
  }

  /** How many tasks it has not answered. */
  get load(): number {
    return this.#waiting.length;
  }

  /** Resolves when the batch is in its slot; rejects with what went wrong. */
  make(task: LoaderTask): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.push((error) => (error ? reject(error) : resolve()));
      this.#worker.postMessage(task);
    });
  }

  /** Whether the process has to wait for this thread. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref();
    else this.#worker.unref();
  }

  async close(): Promise<void> {
    this.#end(new Error('the loader was closed'));
    await this.#worker.terminate();
  }

  #end(why: Error): void {
    this.#ended ??= why;
    for (const settle of this.#waiting.splice(0)) settle(this.#ended);
  }
}
