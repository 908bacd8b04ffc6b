/**
 * What `sweep passive`, `sweep active` and `crossval` share: the plan, what of it is left to do, and the executor. The
 * steps are those of src/sweep/; docs/sweeps.md
 */
import { join } from 'node:path';
import type { z } from 'zod';
import { foldCount, foldsFrom, readFolds } from '../data/batches/folds.ts';
import { readDatasetConfig, recordingsAt } from '../data/recordings/dataset-config.ts';
import { ConfigError, NcpTrainError } from '../errors.ts';
import { isChosen } from '../options/applies.ts';
import { optionsOf } from '../options/flags.ts';
import {
  type ActiveOptions,
  activeOptions,
  type PassiveOptions,
  passiveOptions,
  planControl,
  type SweepControl,
} from '../options/schema.ts';
import { exitStatusOf } from '../stop-signals.ts';
import { runLocally } from '../sweep/local.ts';
import { type Need, needsOf } from '../sweep/needs.ts';
import { type PlannedRun, planRuns } from '../sweep/plan.ts';
import { prepareData } from '../sweep/prepare.ts';
import { sharesOf } from '../sweep/shares.ts';
import { submitRuns } from '../sweep/slurm/submit.ts';
import { recoverSubmissions, tasksOf } from '../sweep/slurm/tasks.ts';
import { sweepStatus } from '../sweep/status.ts';
import { saveSummary, summarise, summaryJson, summaryText } from '../sweep/summary.ts';
import {
  lockSweep,
  mergedRuns,
  readSweep,
  refuseSecond,
  type SweepRecord,
  writeSweep,
} from '../sweep/sweep-file.ts';
import { print, say } from '../terminal.ts';
import { shellWord } from '../text/shell-word.ts';
import { defineCommand } from './command.ts';
import { sweepTable } from './sweep-table.ts';
import { sweepView } from './sweep-view.ts';
import { trainingView } from './training-view.ts';

/** What the schemas of sweeps have in common. */
type SweepOptions = SweepControl &
  Partial<Omit<PassiveOptions, 'model' | 'folds'>> &
  Pick<ActiveOptions, 'data' | 'sessions_dir'> & { readonly folds?: string };

interface Control {
  /** Options that somebody decided on. */
  readonly chosen: ReadonlySet<string>;
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * A command that sweeps.
 *
 * @param modelsOf - which models the options name
 */
export function sweepCommand<Schema extends z.ZodObject>(
  kind: 'passive' | 'active',
  schema: Schema,
  modelsOf: (options: z.output<Schema>) => string,
) {
  const ofRuns = kind === 'passive' ? passiveOptions : activeOptions;
  return defineCommand({
    options: schema as z.ZodObject,
    control: planControl,
    judgedElsewhere: () => Object.keys(ofRuns.shape),
    async run(options, _, { control, sources, quiet, json }) {
      const chosen = optionsOf(schema).filter((option) => isChosen(option, sources));
      await sweep(kind, modelsOf(options as z.output<Schema>), options as unknown as SweepOptions, {
        chosen: new Set(chosen.map(({ name }) => name)),
        dryRun: control.dry_run,
        quiet,
        json,
      });
    },
  });
}

async function sweep(
  command: 'passive' | 'active',
  models: string,
  options: SweepOptions,
  control: Control,
): Promise<void> {
  const { sessions_dir: sessions } = options;
  const { folds: _folds, ...training } = options;
  const runs = planRuns({
    command,
    models,
    training,
    chosen: control.chosen,
    folds: options.folds,
    set: options.set,
    foldCount: (cut) =>
      foldCount(
        cut === undefined
          ? foldsFrom(readDatasetConfig(options.data).folds ?? 'paper', options.data)
          : readFolds(cut),
      ),
  });
  if (control.dryRun) return printPlan(sessions, runs, options, control);

  const lock = await lockSweep(sessions);
  try {
    const before = await readSweep(sessions);
    let record: SweepRecord = {
      cwd: process.cwd(),
      argv: process.argv.slice(2),
      runs: mergedRuns(before?.runs ?? [], runs),
      submissions: before?.submissions ?? [],
    };
    if (record.submissions.length > 0) record = await recoverSubmissions(sessions, record);
    const needs = await openNeeds(sessions, record, runs, options.executor, control.quiet);
    await writeSweep(sessions, record);
    if (options.executor === 'slurm') await viaSlurm(sessions, record, needs, options, control);
    else await here(sessions, record, needs, options, control);
  } finally {
    await lock.release();
  }
}

/** What is left to do, and nobody does yet; the cache is there afterwards. */
async function openNeeds(
  sessions: string,
  { submissions }: SweepRecord,
  runs: readonly PlannedRun[],
  executor: SweepOptions['executor'],
  quiet: boolean,
): Promise<Need[]> {
  const { caching, ended } = trainingView(1, quiet);
  const fingerprints = await prepareData(runs, caching).finally(ended);
  const needs = await needsOf(sessions, runs, fingerprints);
  const { tasks, note } = await tasksOf(submissions);
  if (note && executor === 'slurm') {
    throw new ConfigError(`${note}; nothing was submitted, since Slurm may have these runs already`);
  }
  if (note) say(`warning: ${note}`);
  const unfinished = needs.filter(({ what }) => what !== 'finished');
  const withSlurm = (need: Need) => ['queued', 'running'].includes(tasks.get(need.run.name)?.is ?? '');
  const free = unfinished.filter((need) => !withSlurm(need));
  const count = unfinished.length - free.length;
  if (count === 0) return free;
  const jobs = [...new Set(unfinished.flatMap(({ run }) => tasks.get(run.name)?.id.split('_')[0] ?? []))];
  const held = `${count} of ${runs.length} runs are with Slurm already, job ${jobs.join(', ')}`;
  const ways = `ncp-train sweep status ${shellWord(sessions)} shows them, ncp-train sweep cancel ${shellWord(sessions)} ends them`;
  if (free.length === 0) throw new ConfigError(`${held}, and no other is left to do; ${ways}`);
  say(`warning: ${held}, and are left out; ${ways}`);
  return free;
}

async function here(
  sessions: string,
  record: SweepRecord,
  needs: readonly Need[],
  options: SweepOptions,
  control: Control,
): Promise<void> {
  const shares = sharesOf(options, needs.length);
  const view = sweepView(needs.length, control.quiet);
  if (!control.quiet) {
    const all = needs.length === 1 ? '1 run' : `${needs.length} runs`;
    const cores = shares.cores === 1 ? '1 core' : `${shares.cores} cores`;
    say(
      needs.length === 0
        ? 'nothing is left to do'
        : `${all} to do, ${shares.jobs} at a time, ${cores} each; logs in ${join(sessions, 'sweep/logs')}`,
    );
  }
  if (shares.note) say(`warning: ${shares.note}`);
  const result = await runLocally({
    sessions,
    needs,
    watcher: view,
    memory: options.memory,
    jobs: shares.jobs,
    cores: shares.cores,
  }).finally(view.close);

  // Of this start: its plan, and what became of it.
  const planned = new Set(needs.map(({ run }) => run.name));
  const { tasks } = await tasksOf(record.submissions);
  const runs = await sweepStatus(sessions, record, tasks);
  const summary = summarise(sessions, runs);
  const text = summaryText(summary, sweepTable(runs));
  const json = summaryJson(summary);
  await saveSummary(sessions, text, json);
  print(control.json ? json : text);
  if (result.stopped) process.exitCode = exitStatusOf(result.stopped);
  else if (runs.some(({ name, state }) => planned.has(name) && state === 'failed')) process.exitCode = 1;
}

async function viaSlurm(
  sessions: string,
  record: SweepRecord,
  needs: readonly Need[],
  options: SweepOptions,
  control: Control,
): Promise<void> {
  if (needs.length === 0) {
    const runs = await sweepStatus(sessions, record, new Map());
    const summary = summarise(sessions, runs);
    print(control.json ? summaryJson(summary) : summaryText(summary, sweepTable(runs)));
    return;
  }
  const { submissions, scripts, note, refusal } = await submitRuns(
    sessions,
    record,
    needs.map(({ run }) => run),
    options,
  );
  if (note) say(`warning: no job writes the summary when all have ended: ${note}`);
  const arrays = submissions.map(({ job, runs }, n) => ({ job, script: scripts[n], runs }));
  const { report } = submissions[0];
  const runs = arrays.flatMap((array) => array.runs);
  if (control.json) {
    const { job, script } = arrays[0];
    print(JSON.stringify({ sessions, job, report: report ?? null, script, runs, arrays }, null, 2));
  } else {
    const count = (part: readonly string[]) => (part.length === 1 ? '1 run' : `${part.length} runs`);
    const folder = shellWord(sessions);
    print(
      [
        ...(arrays.length === 1
          ? [`${sessions}: ${count(runs)} submitted as job ${arrays[0].job}, script ${arrays[0].script}`]
          : [
              `${sessions}: ${count(runs)} submitted as ${arrays.length} job arrays, since the cluster takes no longer ones`,
              ...arrays.map((array) => `  job ${array.job}: ${count(array.runs)}, script ${array.script}`),
            ]),
        ...(report === undefined
          ? []
          : [`summary by job ${report}, into ${join(sessions, 'sweep/summary.txt')}`]),
        `to look: ncp-train sweep status ${folder}`,
        `to end it: ncp-train sweep cancel ${folder}`,
      ].join('\n'),
    );
  }
  if (refusal) throw new ConfigError(refusal);
}

/** The plan, and why the sweep would be refused if it were started now. */
async function printPlan(
  sessions: string,
  runs: readonly PlannedRun[],
  options: SweepOptions,
  { json }: Control,
): Promise<void> {
  if (json) print(JSON.stringify({ sessions, runs }, null, 2));
  else {
    const status = await sweepStatus(sessions, { runs, submissions: [] }, new Map());
    print(`${sessions}: ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}\n\n${sweepTable(status)}`);
  }
  const refusal = await refusalOf(sessions, runs, options);
  if (refusal !== undefined) say(`without --dry_run this would be refused: ${refusal}`);
}

/** What can be known without reading the recordings through. */
async function refusalOf(
  sessions: string,
  runs: readonly PlannedRun[],
  { data }: SweepOptions,
): Promise<string | undefined> {
  try {
    recordingsAt(data);
    await refuseSecond(sessions);
    await needsOf(sessions, runs, new Map());
    return undefined;
  } catch (error) {
    if (!(error instanceof NcpTrainError)) throw error;
    return error.message;
  }
}
