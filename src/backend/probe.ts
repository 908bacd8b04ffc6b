/**
 * Tries a backend in a process of its own: a library that does not fit the processor ends that process and not this
 * one, and nothing stays loaded. Used to check an installation before it gets its name, and by `doctor`.
 *
 * The same file is the process: started with a request as argument, it prints its answer as the last line of stdout.
 */
import { fileURLToPath } from 'node:url';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { lastLines, run } from './install/process.ts';
import type { BackendName } from './names.ts';

export interface ProbeRequest {
  backend: BackendName;
  /** Folder of an installation that is not the current one (`tensorflow` only). */
  installation?: string;
}

export type Probed = { works: true; gpu: boolean } | { works: false; reason: string };

const self = fileURLToPath(import.meta.url);

/** Whether the backend loads and computes a convolution and its gradients rightly. */
export async function probe(request: ProbeRequest): Promise<Probed> {
  const args = [...process.execArgv, self, JSON.stringify(request)];
  const environment = { TF_CPP_MIN_LOG_LEVEL: '0' }; // if it fails, all that TensorFlow says is wanted
  const { status, signal, stdout, stderr } = await run(process.execPath, args, { environment });
  if (status === 0) return JSON.parse(lastLines(stdout, 1));
  if (signal === 'SIGILL') {
    return {
      works: false,
      reason: 'the library uses instructions this processor lacks (SIGILL); it needs AVX',
    };
  }
  return {
    works: false,
    reason: signal === null ? lastLines(stderr) : `it was ended by ${signal}\n${lastLines(stderr)}`,
  };
}

// --- in the process ---

async function answer({ backend, installation }: ProbeRequest): Promise<Probed> {
  const native = await import('./tensorflow.ts');
  const { useBackend } = await import('./choose.ts');
  if (installation !== undefined) await native.loadTensorFlow({ installation });
  await useBackend(backend);
  const fault = await wrongResult();
  if (fault !== undefined) return { works: false, reason: fault };
  return { works: true, gpu: backend === 'tensorflow' && native.tensorflowBackend().isUsingGpuDevice };
}

/** y = conv(x, k) over ones, stride 2: each output sums 2·2·3 products; dy/dk sums over the 4 places it touched. */
async function wrongResult(): Promise<string | undefined> {
  const tf = await import('@tensorflow/tfjs-core');
  const x: Tensor4D = tf.ones([1, 4, 4, 3]);
  const kernel: Tensor4D = tf.ones([2, 2, 3, 1]);
  const total = (a: Tensor, k: Tensor) => tf.sum(tf.conv2d(a as Tensor4D, k as Tensor4D, 2, 'valid'));
  const { value, grads } = tf.valueAndGrads(total)([x, kernel]);
  const sum = (await value.data())[0];
  const gradient = await grads[1].data();
  const right = sum === 48 && gradient.every((element) => element === 4); // 4 places · 12; 4 places · 1
  return right ? undefined : `it computes wrongly: ${sum} instead of 48, ${gradient[0]} instead of 4`;
}

if (process.argv[1] === self) {
  try {
    console.log(JSON.stringify(await answer(JSON.parse(process.argv[2]))));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
