/** `ncp-train sweep cancel`: ends a sweep, wherever it runs; what goes on writes a checkpoint. */
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { ConfigError } from '../errors.ts';
import { cancelTasks, recoverSubmissions } from '../sweep/slurm/tasks.ts';
import { requireSweep, sweepOwner } from '../sweep/sweep-file.ts';
import { print } from '../terminal.ts';

export function define(command: Command): void {
  command
    .argument('[dir]', 'sessions folder of the sweep', 'sessions')
    .option('--json', 'print JSON')
    .action(async (sessions: string, options) => {
      const record = await requireSweep(sessions);
      const owner = await sweepOwner(sessions);
      if (owner && owner.host !== hostname()) {
        throw new ConfigError(
          `the sweep in ${sessions} runs as process ${owner.pid} on ${owner.host}; cancel it there`,
        );
      }
      if (owner) {
        process.kill(owner.pid, 'SIGTERM');
        if (!options.json) print(`process ${owner.pid} was told to stop; its runs write checkpoints`);
      }
      const jobs =
        record.submissions.length > 0
          ? await cancelTasks(sessions, await recoverSubmissions(sessions, record))
          : [];
      if (options.json) {
        print(JSON.stringify({ sessions, process: owner?.pid ?? null, jobs }, null, 2));
        return;
      }
      for (const job of jobs) print(`job ${job} is cancelled; its runs write checkpoints`);
      if (!owner && jobs.length === 0) print(`${sessions}: nothing runs`);
    });
}
