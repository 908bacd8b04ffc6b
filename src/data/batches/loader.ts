/**
 * Hands training batches to the loop, in order, and makes the next ones meanwhile: with loader threads
 * (`loader-pool.ts`) several batches ahead, or in the calling thread when they are asked for. The number of threads
 * changes no batch (`batches.ts`).
 */
import { BatchMaker, type BatchPlan } from './batches.ts';
import { type HostBatch, sharedBatch } from './host-batch.ts';
import { LoaderPool } from './loader-pool.ts';

export interface LoaderOptions extends BatchPlan {
  /** Threads; 0: batches are made in the calling thread. */
  readonly loaders: number;
  /** Batches made ahead of the one in use, 3 if left out; each takes T·B·187,200 bytes. */
  readonly ahead?: number;
  /** Epochs that will be asked for: no batch behind them is made ahead. Any number if left out. */
  readonly epochs?: number;
}

export interface Loader {
  readonly batchesPerEpoch: number;
  /**
   * A batch, both numbers from 0. Those that follow it, (epoch, batch + 1), … (epoch + 1, 0), are made ahead; any other
   * one may be asked for and is made then. The arrays are the caller's until its next call of `next`, when they may be
   * filled anew. One call at a time.
   *
   * @throws DataError if a frame cannot be read
   */
  next(epoch: number, batch: number): Promise<HostBatch>;
  /** Ends the threads. A batch that is waited for is refused. */
  close(): Promise<void>;
}

/**
 * @throws DataError if there are too few training frames for a batch, no sequence is long enough, or the frame cache
 * cannot be opened
 */
export function startLoader(options: LoaderOptions): Loader {
  const { loaders, ahead = 3, epochs = Number.POSITIVE_INFINITY, ...plan } = options;
  // With threads too: what is wrong with the plan is found here, at once.
  const maker = new BatchMaker(plan);
  if (loaders === 0) return new DirectLoader(maker);
  maker.close();
  const { T, B, batchesPerEpoch } = maker;
  return new LoaderPool(plan, { T, B, batchesPerEpoch, loaders, ahead, epochs });
}

/**
 * Finds what is wrong with a plan before anything is started.
 *
 * @returns batches in an epoch
 * @throws as {@link startLoader}
 */
export function requireBatches(plan: BatchPlan): number {
  const maker = new BatchMaker(plan);
  maker.close();
  return maker.batchesPerEpoch;
}

/** Makes every batch when it is asked for. */
class DirectLoader implements Loader {
  readonly batchesPerEpoch: number;
  readonly #maker: BatchMaker;
  readonly #slot: HostBatch;

  constructor(maker: BatchMaker) {
    this.#maker = maker;
    this.batchesPerEpoch = maker.batchesPerEpoch;
    this.#slot = sharedBatch(maker.T, maker.B);
  }

  async next(epoch: number, batch: number): Promise<HostBatch> {
    this.#maker.make(epoch, batch, this.#slot);
    return this.#slot;
  }

  async close(): Promise<void> {
    this.#maker.close();
  }
}
