/** A thread that makes recordings: see generate.ts. It makes one after the other and says how far it is. */
import { parentPort } from 'node:worker_threads';
import { type SentError, sentError } from '../../errors.ts';
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
  | { readonly kind: 'failed'; readonly error: SentError };

const reply = (message: GenerateReply) => parentPort?.postMessage(message);

parentPort?.on('message', async ({ path, job, compress }: GenerateTask) => {
  try {
    await generateRecording(path, job, compress, (count) => reply({ kind: 'frames', count }));
    reply({ kind: 'done' });
  } catch (error) {
    reply({ kind: 'failed', error: sentError(error) });
  }
});
