/**
 * Loader threads that make batches ahead of the training step.
 *
 * There is a fixed number of slots of shared memory. A job is a batch and a slot: it exists from when its batch is first
 * wanted until the batch after it is asked for, and then its slot is free for another. So no more batches are made ahead
 * than there are slots (back-pressure). Batches count on over the epochs: number = epoch · batchesPerEpoch + batch.
 */
import type { BatchPlan } from './batches.ts';
import { type HostBatch, sharedBatch } from './host-batch.ts';
import { LoaderThread } from './loader-thread.ts';

export interface PoolOptions {
  readonly T: number;
  readonly B: number;
  readonly batchesPerEpoch: number;
  /** Threads, from 1. */
  readonly loaders: number;
  /** Batches made ahead of the one in use. */
  readonly ahead: number;
  readonly epochs: number;
}

interface Job {
  readonly slot: number;
  /** The thread will not write to the slot any more. */
  isDone: boolean;
  /** Resolves when it is done, with what went wrong. */
  readonly made: Promise<Error | undefined>;
}

/** A `Loader`; see there. */
export class LoaderPool {
  readonly batchesPerEpoch: number;
  readonly #ahead: number;
  /** Batches of all epochs. */
  readonly #total: number;
  readonly #slots: HostBatch[];
  readonly #freeSlots: number[];
  readonly #threads: LoaderThread[];
  /** By the number of their batch: the one in use, and those behind it. */
  readonly #jobs = new Map<number, Job>();
  /** Jobs no longer wanted whose threads may still write to their slots. */
  readonly #dropped = new Set<Job>();
  #isWaiting = false;

  constructor(plan: BatchPlan, { T, B, batchesPerEpoch, loaders, ahead, epochs }: PoolOptions) {
    this.batchesPerEpoch = batchesPerEpoch;
    this.#ahead = ahead;
    this.#total = epochs * batchesPerEpoch;
    this.#slots = Array.from({ length: ahead + 1 }, () => sharedBatch(T, B));
    this.#freeSlots = this.#slots.map((_, slot) => slot);
    this.#threads = Array.from({ length: loaders }, () => new LoaderThread({ plan, slots: this.#slots }));
  }

  async next(epoch: number, batch: number): Promise<HostBatch> {
    if (this.#isWaiting) throw new Error('next() was called while a batch is waited for');
    const number = epoch * this.batchesPerEpoch + batch;
    this.#isWaiting = true;
    for (const thread of this.#threads) thread.hold(true);
    try {
      this.#dropAllBut(number);
      let job = this.#start(number);
      while (!job) {
        await Promise.race(Array.from(this.#dropped, ({ made }) => made));
        job = this.#start(number);
      }
      const error = await job.made;
      if (error) throw error;
      return this.#slots[job.slot];
    } finally {
      this.#isWaiting = false;
      for (const thread of this.#threads) thread.hold(false);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** Gives up the jobs before this batch and those too far behind it, which leaves what was made ahead of it. */
  #dropAllBut(first: number): void {
    for (const [number, job] of this.#jobs) {
      if (number >= first && number <= first + this.#ahead) continue;
      this.#jobs.delete(number);
      if (job.isDone) this.#freeSlots.push(job.slot);
      else this.#dropped.add(job);
    }
  }

  /**
   * Starts jobs for this batch and those to be ahead of it, in order, as far as there are free slots.
   *
   * @returns this batch's job, undefined if there was no slot for it
   */
  #start(first: number): Job | undefined {
    for (let number = first; number <= first + this.#ahead; number++) {
      if (this.#jobs.has(number)) continue;
      if (number > first && number >= this.#total) break;
      const slot = this.#freeSlots.shift();
      if (slot === undefined) break;
      const epoch = Math.floor(number / this.batchesPerEpoch);
      const batch = number % this.batchesPerEpoch;
      this.#jobs.set(number, this.#newJob(epoch, batch, slot));
    }
    return this.#jobs.get(first);
  }

  /** Gives a batch to the thread with the least to do. */
  #newJob(epoch: number, batch: number, slot: number): Job {
    const thread = this.#threads.reduce((best, other) => (other.load < best.load ? other : best));
    const done = (error?: Error) => {
      job.isDone = true;
      if (this.#dropped.delete(job)) this.#freeSlots.push(slot);
      return error;
    };
    const made = thread.make({ epoch, batch, slot }).then(() => done(), done);
    const job: Job = { slot, isDone: false, made };
    return job;
  }
}
