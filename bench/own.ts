/** This program as a child process of a benchmark; child.ts is the other end and says what there is to do. */
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { useBackend } from '../src/backend/choose.ts';
import type { OwnTask, Ready, Step } from './child.ts';
import { evaluationWork } from './evaluate.ts';
import { loadingWork } from './loading.ts';
import { timed } from './timing.ts';
import { trainingWork } from './work.ts';

interface Job extends Ready {
  step(): Promise<{ loss: number }>;
  close(): Promise<void>;
}

const WARM_UP = 5;

async function jobOf(task: OwnTask): Promise<Job> {
  if (task.task === 'load') return loadingWork(task.recordings, task.loaders);
  await useBackend(task.backend);
  if (task.task === 'evaluate') return evaluationWork(task.model);
  return trainingWork(task.model, task.backend, task);
}

/** MB. What the system tells as maxRSS is on Linux at least the parent's, where the process came from it. */
function mostResident(): number {
  const [, kilobytes] = existsSync('/proc/self/status')
    ? (/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [])
    : [];
  return (Number(kilobytes ?? process.resourceUsage().maxRSS) * 1024) / 1e6;
}

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const job = await jobOf(JSON.parse(process.argv[2]));
for (let n = 0; n < WARM_UP; n++) await job.step();
const { parameters, gflop, frames } = job;
say({ parameters, gflop, frames } satisfies Ready);
for await (const _ of createInterface({ input: process.stdin })) {
  let loss = Number.NaN;
  const time = await timed(async () => {
    loss = (await job.step()).loss;
  });
  say({ ...time, loss, memoryMB: mostResident() } satisfies Step);
}
await job.close();
