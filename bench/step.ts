/**
 * `npm run bench -- step`: one training step of each model on each backend, at the paper's batch size: 20 sequences
 * of 16 frames (320), for the CNN 20 frames. On the embedded backend one thread; more are measured by `grow`.
 */
import { useBackend } from '../src/backend/choose.ts';
import type { BackendChoice } from '../src/backend/names.ts';
import { startOwn, withChildren } from './child.ts';
import { matrixProduct, PEAK_GFLOP } from './peak.ts';
import { type BenchOptions, type BenchRow, say } from './row.ts';
import { figuresOf, timeAlternately } from './timing.ts';
import { trainingWork } from './work.ts';

export async function benchStep(options: BenchOptions): Promise<BenchRow[]> {
  const { models, backend: backends, repetitions } = options;
  const rows: BenchRow[] = [];
  for (const choice of backends) {
    const backend = await useBackend(choice as BackendChoice);
    say(`step on ${backend}`);
    const works = await Promise.all(models.map((name) => trainingWork(name, backend)));
    const product = matrixProduct();
    const [peak, ...timings] = await timeAlternately(
      [product.job, ...works.map((work) => work.step)],
      repetitions,
    );
    product.dispose();
    const peakGflops = (PEAK_GFLOP * 1000) / peak.ms;
    rows.push({ name: 'peak', model: 'matrix product', backend, ...figuresOf(peak), gflops: peakGflops });
    for (const [n, work] of works.entries()) {
      const { ms } = timings[n];
      const gflops = (work.gflop * 1000) / ms;
      rows.push({
        name: 'step',
        model: models[n],
        backend,
        ...figuresOf(timings[n]),
        gflops,
        ofPeak: gflops / peakGflops,
        framesPerSecond: (work.frames * 1000) / ms,
        memoryMB: await memoryOf(models[n], backend),
      });
      await work.close();
    }
  }
  return rows;
}

/** Of a process that does nothing but such steps, MB. */
function memoryOf(model: string, backend: Awaited<ReturnType<typeof useBackend>>): Promise<number> {
  return withChildren([() => startOwn({ task: 'train', model, backend })], async ([child]) => {
    await child.step();
    return child.memoryMB;
  });
}
