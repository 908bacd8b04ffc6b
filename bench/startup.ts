/**
 * `npm run bench -- startup`: from the command to its help, and from the command to the end of a run's first training step, on
 * recordings that are in the frame cache: two drives of 400 frames, so that validation, which comes before the first step,
 * is short. Runs the build: `npm run build` first.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecording } from '../src/data/recordings/recording-writer.ts';
import { stream } from '../src/random/stream.ts';
import { ENTRY, requireBuild } from './built.ts';
import type { BenchOptions, BenchRow } from './row.ts';
import { alternate, figuresOf, type Time } from './timing.ts';

/** Printed when an epoch, here of one step, has ended. */
const FIRST_STEP = /^epoch 0: train/m;

/** Tells, as the last line of stderr, what the process and all its threads computed until the first step or its end. */
const REPORT = `
const computed = () => Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1000;
let atFirstStep;
const write = process.stderr.write;
process.stderr.write = function (text, ...rest) {
  if (${FIRST_STEP}.test(text)) atFirstStep ??= computed();
  return write.call(this, text, ...rest);
};
process.on('exit', () => write.call(process.stderr, '\\ncpu ' + (atFirstStep ?? computed()) + '\\n'));`;
const REPORTING = ['--import', `data:text/javascript,${encodeURIComponent(REPORT)}`];

const FRAMES = 400;

export async function benchStartup({
  models,
  backend: backends,
  repetitions,
}: BenchOptions): Promise<BenchRow[]> {
  requireBuild();
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-bench-'));
  try {
    const [data, sessions, cache] = ['data', 'sessions', 'cache'].map((name) => join(folder, name));
    mkdirSync(data);
    for (const name of ['one', 'two']) await writeDrive(join(data, `${name}.h5`), name);
    const jobs = [
      { what: 'node, nothing', backend: '', args: ['-e', '0'], until: 'end' as const },
      { what: '--help', backend: '', args: [ENTRY, '--help'], until: 'end' as const },
      { what: 'passive --help', backend: '', args: [ENTRY, 'passive', '--help'], until: 'end' as const },
      ...backends.flatMap((backend) =>
        models.map((model) => ({
          what: `first step of ${model}`,
          backend,
          args: [
            ENTRY,
            'passive',
            '--model',
            model,
            '--experiment_id',
            '0',
            '--folds',
            'auto:2',
            '--crop',
            'full',
            '--data',
            data,
            '--sessions_dir',
            sessions,
            '--cache_dir',
            cache,
            '--backend',
            backend,
            '--epochs',
            '1',
            '--log_period',
            '1',
            '--new',
            ...(model === 'cnn' ? ['--batch_size', '320'] : []), // one step an epoch, as of the others
          ],
          until: FIRST_STEP,
        })),
      ),
    ];
    const timings = await alternate(
      jobs.map(
        ({ args, until }) =>
          () =>
            timeOf(args, until),
      ),
      repetitions,
      1, // fills the frame cache
    );
    return jobs.map(({ what, backend }, n) => ({
      name: 'startup',
      model: what,
      backend,
      ...figuresOf(timings[n]),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Until the process ends, or prints something on stderr. */
async function timeOf(args: readonly string[], until: 'end' | RegExp): Promise<Time> {
  const start = performance.now();
  const child = spawn(process.execPath, [...REPORTING, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let printed = '';
  let ms: number | undefined;
  child.stderr.setEncoding('utf8').on('data', (text) => {
    printed += text;
    if (until !== 'end' && until.test(printed)) ms ??= performance.now() - start;
  });
  const [status] = await once(child, 'close');
  ms ??= until === 'end' ? performance.now() - start : undefined;
  const [, cpuMs] = /^cpu (.*)$/m.exec(printed) ?? [];
  if (status !== 0 || ms === undefined || cpuMs === undefined) {
    throw new Error(`${args.join(' ')} ended with status ${status}:\n${printed}`);
  }
  return { ms, cpuMs: Number(cpuMs) };
}

async function writeDrive(path: string, name: string): Promise<void> {
  const draws = stream(0, 'bench', name);
  const writer = await createRecording(path, { height: 78, width: 200 });
  const frame = new Uint8Array(78 * 200 * 3);
  for (let n = 0; n < FRAMES; n++) {
    for (let i = 0; i < frame.length; i++) frame[i] = draws.uint32();
    writer.append(frame, Float64Array.of(Math.sin(n / 40) / 100), Float64Array.of(n / 30));
  }
  await writer.finish();
}
