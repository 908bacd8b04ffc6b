/** `ncp-train sweep status`: see src/sweep/status.ts. */

import { sweepStatusOptions } from '../options/commands/runs.ts';
import { tasksOf } from '../sweep/slurm/tasks.ts';
import { sweepStatus } from '../sweep/status.ts';
import { saveSummary, summarise, summaryJson, summaryText } from '../sweep/summary.ts';
import { requireSweep, sweepOwner } from '../sweep/sweep-file.ts';
import { print } from '../terminal.ts';
import { defineCommand } from './command.ts';
import { oneOr } from './operands.ts';
import { sweepTable } from './sweep-table.ts';

export default defineCommand({
  operands: { folder: oneOr('sessions', 'sessions folder of the sweep') },
  options: sweepStatusOptions,
  async run({ save }, { folder: sessions }, { json: asJson, say, warn }) {
    const record = await requireSweep(sessions);
    const { tasks, note } = await tasksOf(record.submissions);
    if (note) warn(`warning: ${note}`);
    const runs = await sweepStatus(sessions, record, tasks);
    const summary = summarise(sessions, runs);
    const text = summaryText(summary, sweepTable(runs));
    const json = summaryJson(summary);
    if (save) await saveSummary(sessions, text, json);
    print(asJson ? json : text);
    const owner = await sweepOwner(sessions);
    if (owner && !asJson) say(`process ${owner.pid} runs it`);
  },
});
