/** A thread that makes recordings: see generate.ts. It makes one after the other and says how far it is. */
import { parentPort } from 'node:worker_threads';
import { NcpTrainError } from '../errors.ts';
import type { RecordingJob } from './driven-frames.ts';
import { generateRecording } from './generate-recording.ts';

export interface GenerateTask {
  readonly path: string;
  readonly job: RecordingJob;
  readonly compress: boolean;
}

export type GenerateReply =
  | { readonly kind: 'frames'; readonly count: number }
  | { readonly kind: 'done' }
  /** `data`: a DataError; otherwise a bug, with its stack. */
  | { readonly kind: 'failed'; readonly data: boolean; readonly message: string };

const reply = (message: GenerateReply) => parentPort?.postMessage(message);

parentPort?.on('message', async ({ path, job, compress }: GenerateTask) => {
  try {
    await generateRecording(path, job, compress, (count) => reply({ kind: 'frames', count }));
    reply({ kind: 'done' });
  } catch (error) {
    const data = error instanceof NcpTrainError;
    const message = data ? error.message : String((error as Error)?.stack ?? error);
    reply({ kind: 'failed', data, message });
  }
});
