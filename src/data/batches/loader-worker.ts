/** What runs in a loader thread (`loader-thread.ts`): answers every task, in order, with one message. */
import { parentPort, workerData } from 'node:worker_threads';
import { sentError } from '../../errors.ts';
import { BatchMaker } from './batches.ts';
import type { LoaderData, LoaderReply, LoaderTask } from './loader-thread.ts';

const { plan, slots } = workerData as LoaderData;
let maker: BatchMaker | undefined;

parentPort?.on('message', (task: LoaderTask) => parentPort?.postMessage(answer(task)));

function answer({ epoch, batch, slot }: LoaderTask): LoaderReply {
  try {
    maker ??= new BatchMaker(plan);
    maker.make(epoch, batch, slots[slot]);
    return {};
  } catch (error) {
    return { fault: sentError(error) };
  }
}
