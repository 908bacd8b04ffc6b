/**
 * Draws what the cars of test drives see, in threads: each draws its own roads, so every scene is made once. The frames follow
 * from road, place and frame number alone; the number of threads changes nothing.
 */
import type { Worker } from 'node:worker_threads';
import { CROP_BYTES } from '../../data/frames/crop.ts';
import { receivedError } from '../../errors.ts';
import { startWorker } from '../../threads/thread.ts';
import type { TestRoads } from './test-roads.ts';
import type { View, ViewReply, ViewTask, ViewThread } from './view-worker.ts';

export type { View } from './view-worker.ts';

export class Views {
  /** float32 [slots,78,200,3], 0..255: what the models see; shared memory. */
  readonly crops: Float32Array;
  /** uint8 [slots,H,W,3] RGB: what the cameras see, before pixel noise; of views that are not whole, only the crop. */
  readonly frames: Uint8Array;
  readonly #workers: Worker[];

  /**
   * @param slots - cars that are seen at once
   * @param light - what the cameras' exposure is multiplied by
   * @param threads - at least 1; no more than there are roads are started
   * @param roadCount - how many roads there are
   */
  constructor(roads: TestRoads, roadCount: number, slots: number, light: number, threads: number) {
    const data: ViewThread = { roads, light };
    this.crops = new Float32Array(new SharedArrayBuffer(slots * CROP_BYTES * 4));
    this.frames = new Uint8Array(new SharedArrayBuffer(slots * roads.height * roads.width * 3));
    this.#workers = Array.from({ length: Math.min(threads, roadCount) }, () =>
      startWorker('view-worker', import.meta.url, data),
    );
  }

  /**
   * Draws into the slots that are named; the others stay as they are.
   * @param crop - of the model, as text
   * @throws UsageError where the crop leaves nothing
   */
  async draw(views: readonly View[], crop: string): Promise<void> {
    const threads = this.#workers.length;
    await Promise.all(
      this.#workers.map((worker, n) => {
        const own = views.filter(({ road }) => road % threads === n);
        if (own.length === 0) return undefined;
        return ask(worker, { views: own, crop, crops: this.crops, frames: this.frames });
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, task: ViewTask): Promise<void> {
  return new Promise((done, fail) => {
    const settle = (act: () => void) => {
      worker.off('message', onReply).off('error', onError).off('exit', onExit);
      act();
    };
    const onReply = ({ failed }: ViewReply) =>
      settle(() => {
        if (failed === undefined) done();
        else fail(receivedError(failed));
      });
    const onError = (error: Error) => settle(() => fail(error));
    const onExit = (status: number) => settle(() => fail(new Error(`a thread ended with status ${status}`)));
    worker.on('message', onReply).on('error', onError).on('exit', onExit);
    worker.postMessage(task);
  });
}
