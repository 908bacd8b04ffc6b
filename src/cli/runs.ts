/** `ncp-train runs`: see src/results/runs/find-runs.ts. */
import { dirname } from 'node:path';
import { DataError } from '../errors.ts';
import { runsOptions } from '../options/commands/runs.ts';
import { findRuns } from '../results/runs/find-runs.ts';
import type { RunReading } from '../results/runs/run-reading.ts';
import { aligned } from '../text/aligned.ts';
import { duration } from '../text/figures.ts';
import { defineCommand } from './command.ts';
import { oneOr } from './operands.ts';

export default defineCommand({
  operands: {
    folder: oneOr('sessions', 'folder with runs, of this program or of the published scripts'),
  },
  options: runsOptions,
  async run(_, { folder }, { print }) {
    const { runs, faults } = await findRuns([folder]);
    if (runs.length === 0) {
      const why = faults.length > 0 ? `\n  ${faults.join('\n  ')}` : '';
      throw new DataError(`no runs below ${folder}; ncp-train passive makes one${why}`);
    }
    print(asJson(runs, faults), text(runs, faults));
  },
});

function text(runs: readonly RunReading[], faults: readonly string[]): string {
  const lines = aligned([
    ['run', 'model', 'fold', 'state', 'epoch', 'best loss', 'time', 'backend'],
    ...runs.map((run) => [
      nameOf(run),
      run.model,
      run.fold === null ? '–' : String(run.fold),
      run.state,
      epochText(run),
      bestText(run),
      run.seconds === null ? '–' : duration(run.seconds),
      run.backend ?? '–',
    ]),
  ]).split('\n');
  // The folder of a run stands once over all that it holds; the head line is that of the table.
  const parts: string[] = [lines[0]];
  for (const [n, run] of runs.entries()) {
    const folder = dirname(run.folder);
    if (n === 0 || dirname(runs[n - 1].folder) !== folder) parts.push(`${folder}/`);
    parts.push(lines[n + 1]);
  }
  const notes = runs.flatMap(({ folder, notes: of }) => of.map((note) => `note: ${folder}: ${note}`));
  const warnings = faults.map((fault) => `warning: ${fault}`);
  const remarks = [...notes, ...warnings];
  return remarks.length > 0 ? [...parts, '', ...remarks].join('\n') : parts.join('\n');
}

const nameOf = ({ folder }: RunReading) =>
  `  ${folder.slice(dirname(folder).length).replace(/^[\\/]/, '') || folder}`;

/** `12/50`: epochs that are trained, of those asked for. */
function epochText({ epochs, options }: RunReading): string {
  const last = epochs.at(-1);
  const done = last === undefined ? 0 : last.train_loss === null ? last.epoch : last.epoch + 1;
  return typeof options?.epochs === 'number' ? `${done}/${options.epochs}` : String(done);
}

function bestText({ best }: RunReading): string {
  const loss = best?.figures.valid_loss ?? null;
  return loss === null ? '–' : `${loss.toPrecision(4)} at ${best?.epoch}`;
}

function asJson(runs: readonly RunReading[], warnings: readonly string[]): object {
  const list = runs.map(({ best, epochs, options, ...run }) => ({
    folder: run.folder,
    layout: run.layout,
    kind: run.kind,
    model: run.model,
    session: run.session,
    fold: run.fold,
    state: run.state,
    moved_aside: run.isAside,
    last_epoch: epochs.at(-1)?.epoch ?? null,
    epochs: typeof options?.epochs === 'number' ? options.epochs : null,
    best: best && {
      epoch: best.epoch,
      valid_loss: best.figures.valid_loss,
      valid_mae: best.figures.valid_mae,
    },
    seconds: run.seconds,
    backend: run.backend,
    data: run.data,
    notes: run.notes,
  }));
  return { runs: list, warnings };
}
