/** `ncp-train sweep cancel`: ends a sweep, wherever it runs; what goes on writes a checkpoint. */
import { hostname } from 'node:os';
import { ConfigError } from '../errors.ts';
import { sweepCancelOptions } from '../options/commands/runs.ts';
import { cancelTasks, recoverSubmissions } from '../sweep/slurm/tasks.ts';
import { requireSweep, sweepOwner } from '../sweep/sweep-file.ts';
import { defineCommand } from './command.ts';
import { oneOr } from './operands.ts';

export default defineCommand({
  operands: { folder: oneOr('sessions', 'sessions folder of the sweep') },
  options: sweepCancelOptions,
  async run(_, { folder: sessions }, { print }) {
    const record = await requireSweep(sessions);
    const owner = await sweepOwner(sessions);
    if (owner && owner.host !== hostname()) {
      throw new ConfigError(
        `the sweep in ${sessions} runs as process ${owner.pid} on ${owner.host}; cancel it there`,
      );
    }
    if (owner) process.kill(owner.pid, 'SIGTERM');
    const jobs =
      record.submissions.length > 0
        ? await cancelTasks(sessions, await recoverSubmissions(sessions, record))
        : [];
    const said = [
      ...(owner ? [`process ${owner.pid} was told to stop; its runs write checkpoints`] : []),
      ...jobs.map((job) => `job ${job} is cancelled; its runs write checkpoints`),
    ];
    const text = said.length > 0 ? said.join('\n') : `${sessions}: nothing runs`;
    print({ sessions, process: owner?.pid ?? null, jobs }, text);
  },
});
