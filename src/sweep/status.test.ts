/** How a run stands where Slurm and the run's last attempt say different things. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeOutcome } from './outcome.ts';
import { planRuns } from './plan.ts';
import { taskState } from './slurm/tasks.ts';
import { sweepStatus } from './status.ts';
import { outcomePath } from './sweep-file.ts';

let sessions: string;
beforeEach(() => {
  sessions = mkdtempSync(join(tmpdir(), 'sweep-'));
});
afterEach(() => rmSync(sessions, { recursive: true }));

it.each([
  ['FAILED', 'failed', 'its time limit; Slurm did not requeue 17_0'],
  ['CANCELLED', 'cancelled', 'CANCELLED'],
  ['RUNNING', 'running', 'RUNNING'],
])('stopped in its own words, %s in Slurm’s: %s', async (word, state, cause) => {
  const training = { base_path: 'session', sessions_dir: sessions };
  const runs = planRuns({
    command: 'passive',
    models: 'wm',
    folds: '0',
    chosen: new Set<string>(),
    foldCount: () => 10,
    training,
  });
  const [{ name }] = runs;
  const own = 'its time limit; Slurm did not requeue 17_0';
  await mkdir(dirname(outcomePath(sessions, name)), { recursive: true });
  await writeOutcome(sessions, name, { state: 'stopped', status: 143, cause: own });
  const tasks = new Map([[name, taskState('17_0', word, '')]]);
  expect(await sweepStatus(sessions, { runs, submissions: [] }, tasks)).toMatchObject([{ state, cause }]);
});
