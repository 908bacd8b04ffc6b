/** `ncp-train sweep status`: see src/sweep/status.ts. */

import type { Command } from 'commander';
import { tasksOf } from '../sweep/slurm/tasks.ts';
import { sweepStatus } from '../sweep/status.ts';
import { saveSummary, summarise, summaryJson, summaryText } from '../sweep/summary.ts';
import { requireSweep, sweepOwner } from '../sweep/sweep-file.ts';
import { print, say } from '../terminal.ts';
import { sweepTable } from './sweep-table.ts';

export function define(command: Command): void {
  command
    .argument('[dir]', 'sessions folder of the sweep', 'sessions')
    .option('--save', 'write it to sweep/summary.txt and summary.json in that folder too')
    .option('--json', 'print JSON')
    .action(async (sessions: string, options) => {
      const record = await requireSweep(sessions);
      const { tasks, note } = await tasksOf(record.submissions);
      if (note) say(`warning: ${note}`);
      const runs = await sweepStatus(sessions, record, tasks);
      const summary = summarise(sessions, runs);
      const text = summaryText(summary, sweepTable(runs));
      const json = summaryJson(summary);
      if (options.save) await saveSummary(sessions, text, json);
      print(options.json ? json : text);
      const owner = await sweepOwner(sessions);
      if (owner && !options.json) say(`process ${owner.pid} runs it`);
    });
}
