/**
 * `npm run bench -- drive`: seconds that cars drive in a second, ten cars as one batch at 30 frames a second over simulated roads, without
 * pixel noise and with it; what is drawn is what the models see (`--record none`). Models are untrained, which costs the
 * same. Laying out the roads is not timed, as it is in no drive.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '../src/backend/choose.ts';
import type { BackendChoice } from '../src/backend/names.ts';
import { runDrives } from '../src/drive/run-drives.ts';
import { disposeModel } from '../src/models/model.ts';
import { saveModel } from '../src/models/weights-file.ts';
import { parseOptions } from '../src/options/parse.ts';
import { driveOptions } from '../src/options/schema.ts';
import type { BenchOptions, BenchRow } from './row.ts';
import { benchModel } from './work.ts';

const RUNS = 10;
/** Of each drive. */
const SECONDS = 5;
const NOISES = [0, 0.2];
const RATE = 30;
/** Each lays out the roads anew, which takes longer than the drives. */
const MOST_REPETITIONS = 5;

export async function benchDrive({
  models,
  backend: backends,
  repetitions,
}: BenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-bench-'));
  const rows: BenchRow[] = [];
  try {
    for (const choice of backends) {
      const backend = await useBackend(choice as BackendChoice);
      for (const name of models) {
        const weights = join(folder, `${name}.safetensors`);
        const model = benchModel(name);
        await saveModel(weights, model, {
          height: 78,
          width: 200,
          crop: 'paper',
          label_scale: 1000,
          label_sign: 1,
          channel_order: 'rgb',
          rate_hz: RATE,
        });
        disposeModel(model);
        const rates = NOISES.map((): number[] => []);
        for (let round = 0; round < Math.min(repetitions, MOST_REPETITIONS); round++) {
          for (const [n, noise] of NOISES.entries()) {
            const { carSeconds, seconds } = await runDrives({
              checkpoints: [weights],
              options: parseOptions(
                driveOptions,
                {
                  out: join(folder, 'drives'),
                  runs: RUNS,
                  seconds: SECONDS,
                  record: 'none',
                  noise: String(noise),
                  backend,
                },
                'bench',
              ),
              force: true,
              onProgress: () => {},
              onNote: () => {},
            });
            rates[n].push(carSeconds / seconds);
          }
        }
        for (const [n, noise] of NOISES.entries()) rows.push(row(name, backend, noise, rates[n]));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

/** @param rates - car-seconds a second */
function row(model: string, backend: string, noise: number, rates: number[]): BenchRow {
  const times = rates.map((rate) => 1000 / rate).sort((a, b) => a - b);
  const quantile = (share: number) => times[Math.round(share * (times.length - 1))];
  const ms = quantile(0.5);
  return {
    name: `drive, noise ${noise}`,
    model,
    backend,
    ms,
    spread: quantile(0.75) - quantile(0.25),
    framesPerSecond: (1000 * RATE) / ms,
    carSeconds: 1000 / ms,
  };
}
