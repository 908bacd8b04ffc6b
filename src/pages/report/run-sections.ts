/** What a report says of the runs themselves: which they are, their options, learning curves and results. */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { curvesSvg } from '../../results/curves.ts';
import type { Results } from '../../results/results.ts';
import type { RunReading } from '../../results/runs/run-reading.ts';
import { cellsOf, shownTable } from '../../results/table-model.ts';
import { shellWord } from '../../text/shell-word.ts';
import { lossSvg } from '../../train/run/loss-plot.ts';
import { TRAIN_LOG_FILE } from '../../train/run/metrics-log.ts';
import { CONFIG_FILE } from '../../train/run/run-record.ts';
import { optionRows } from './configuration.ts';
import type { Embedder } from './embed.ts';
import { commandLine, escaped, list, paragraph, table } from './html.ts';
import type { Section } from './page.ts';

export function runsSection(
  runs: readonly RunReading[],
  folder: string,
  warnings: readonly string[],
): Section {
  const head = [
    'run',
    'model',
    'fold',
    'state',
    'epochs',
    'best epoch',
    'validation loss',
    'minutes',
    'backend',
    'data',
    'label scale',
  ];
  const rows = runs.map((run) => [
    relative(folder, run.folder) || run.folder,
    run.model,
    run.fold === null ? '–' : String(run.fold),
    run.isAside ? `${run.state}, moved aside by --new` : run.state,
    epochsOf(run),
    run.best === null ? '–' : String(run.best.epoch),
    run.best?.figures.valid_loss?.toPrecision(4) ?? '–',
    run.seconds === null ? '–' : (run.seconds / 60).toFixed(1),
    run.backend ?? '–',
    run.data?.slice(0, 8) ?? '–',
    run.labelScale === null ? '–' : String(run.labelScale),
  ]);
  const going = runs.filter(({ state }) => state === 'running');
  const notes = runs.flatMap(({ folder, notes }) => notes.map((note) => `${folder}: ${note}`));
  const html = [
    commandLine(`ncp-train runs ${shellWord(folder)}`),
    ...(going.length > 0
      ? [
          paragraph(
            `${going.length === 1 ? 'A run is' : `${going.length} runs are`} still in progress: this page shows what was there when it was made.`,
            'warning',
          ),
        ]
      : []),
    table(head, rows),
    ...[...warnings, ...notes].map((text) => paragraph(text, 'warning')),
  ];
  return { id: 'runs', title: 'Runs', isMade: true, html: html.join('\n') };
}

export function configurationSection({ tables }: Results): Section {
  const groups = tables.flatMap((one) => one.groups);
  const rows = optionRows(groups);
  const differing = rows.filter(({ differs }) => differs);
  const head = ['option', 'value', 'default', 'what'];
  const cells = (some: typeof rows) =>
    some.map(({ option, value, fallback, description }) => [option, value, fallback, description]);
  const silent = groups.flatMap(({ counted, unfinished }) =>
    [...counted, ...unfinished].filter(({ options }) => options === null).map(({ folder }) => folder),
  );
  const html = [
    ...(rows.length === 0
      ? []
      : [
          '<h3>Other than by default</h3>',
          differing.length === 0
            ? paragraph('None: every option is as by default.')
            : table(head, cells(differing)),
          '<h3>All options</h3>',
          table(head, cells(rows)),
        ]),
    ...(silent.length > 0 ? [paragraph('These runs do not record their options:'), list(silent)] : []),
  ];
  return { id: 'configuration', title: 'Configuration', isMade: rows.length > 0, html: html.join('\n') };
}

export async function curvesSection(
  results: Results,
  runs: readonly RunReading[],
  folder: string,
  embedder: Embedder,
): Promise<Section> {
  const frame = { id: 'curves', title: 'Learning curves' };
  const command = `ncp-train results ${shellWord(folder)} --curves curves.svg`;
  if (!results.tables.some(({ groups }) => groups.some(hasEpochs))) {
    const html = [
      paragraph('No run has a whole epoch to draw yet. Then they are also made by', 'missing'),
      commandLine(command),
    ];
    return { ...frame, isMade: false, html: html.join('\n') };
  }
  const parts: string[] = [];
  const own = runs.length === 1 ? await ownCurve(runs[0]) : undefined;
  if (own !== undefined) {
    parts.push(
      paragraph('As the training draws it, after every epoch:'),
      commandLine(`ncp-train ${runs[0].kind} --config ${shellWord(join(runs[0].folder, CONFIG_FILE))}`),
    );
    parts.push(await embedder.drawn(own, 'plots/loss.svg'));
  }
  parts.push(commandLine(command), await embedder.drawn(await curvesSvg(results), 'curves.svg'));
  return { ...frame, isMade: true, html: parts.join('\n') };
}

const hasEpochs = ({ counted, unfinished }: Results['tables'][number]['groups'][number]) =>
  [...counted, ...unfinished].some(({ epochs }) =>
    epochs.some(({ train_loss, valid_loss }) => train_loss !== null || valid_loss !== null),
  );

/** As `plots/loss.svg` of a run; undefined where the run does not record what that needs, or its log is damaged. */
async function ownCurve({
  layout,
  folder,
  model,
  fold,
  labelScale,
  floors,
}: RunReading): Promise<string | undefined> {
  const constant = floors?.validation?.constant.loss;
  if (layout !== 'ncp-train' || labelScale === null || constant === undefined) return undefined;
  const title = fold === null ? `${model}, active` : `${model}, fold ${fold}`;
  try {
    return await lossSvg(await readFile(join(folder, TRAIN_LOG_FILE), 'utf8'), {
      title,
      labelScale,
      constant,
    });
  } catch {
    return undefined; // what is wrong with it stands among the notes
  }
}

export function resultsSection(results: Results, runs: readonly RunReading[], folder: string): Section {
  const html = results.tables.flatMap((one) => {
    const shown = shownTable(one, runs.length > 1);
    const [head, ...rows] = cellsOf(shown);
    return [
      `<h3>${escaped(shown.title)}</h3>`,
      paragraph(shown.unit),
      table(head, rows),
      list(shown.remarks),
    ];
  });
  const command = `ncp-train results ${shellWord(folder)}${runs.length > 1 ? ' --verbose' : ''}`;
  return { id: 'results', title: 'Results', isMade: true, html: [commandLine(command), ...html].join('\n') };
}

/** `12/50`: epochs that are trained, of those asked for. */
function epochsOf({ epochs, options }: RunReading): string {
  const last = epochs.at(-1);
  const done = last === undefined ? 0 : last.train_loss === null ? last.epoch : last.epoch + 1;
  return typeof options?.epochs === 'number' ? `${done}/${options.epochs}` : String(done);
}
