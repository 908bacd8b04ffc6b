/**
 * `ncp-train report`: one HTML file about a run, or all runs below a folder, with every analysis that is found for them
 * (docs/report.md). It reads what other commands wrote and computes nothing but means and curves; what is not there is said,
 * with the command that makes it.
 */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError } from '../../errors.ts';
import { makeFolder, replaceFile } from '../../files/whole-file.ts';
import { readResults } from '../../results/results.ts';
import { findRuns } from '../../results/runs/find-runs.ts';
import { type AnalysisSection, analysisSection } from './analysis-section.ts';
import { ANALYSES } from './catalogue.ts';
import { Embedder, type Picture } from './embed.ts';
import { findOutputs } from './find-outputs.ts';
import { list, paragraph } from './html.ts';
import { pageOf, type Section } from './page.ts';
import { configurationSection, curvesSection, resultsSection, runsSection } from './run-sections.ts';

/** Its name in the folder it is about (docs/training.md). */
export const REPORT_FILE = 'report.html';

export interface ReportRequest {
  /** A run, or a folder with runs below it. */
  readonly folder: string;
  /** Folders with outputs of analyses, beside those below `folder`. */
  readonly with: readonly string[];
  /** Default: `report.html` in the folder. */
  readonly out?: string;
  /** Of all pictures together, bytes. */
  readonly limit: number;
  /** Commands that this version has, e.g. `analyse pca`. */
  readonly commands: ReadonlySet<string>;
  readonly version: string;
  readonly now: Date;
}

export interface ReportResult {
  readonly file: string;
  readonly bytes: number;
  readonly runs: readonly string[];
  readonly sections: readonly {
    readonly id: string;
    readonly title: string;
    readonly made: boolean;
    readonly commands: readonly string[];
  }[];
  /** Files on the page. */
  readonly pictures: readonly string[];
  /** Pictures that were found and are not on the page, with the reason. */
  readonly left_out: readonly Required<Picture>[];
  readonly warnings: readonly string[];
}

/**
 * @throws DataError (status 3) if there is no run below the folder, a folder of `with` is not there, or the page cannot be
 *   written
 */
export async function writeReport(request: ReportRequest): Promise<ReportResult> {
  const { folder, out = join(folder, REPORT_FILE), limit, commands, version, now } = request;
  const results = await readResults([folder]);
  const { runs } = await findRuns([folder]);
  for (const path of request.with) await requireFolder(path);
  const { outputs, unknown, faults } = await findOutputs(request.with, [folder]);
  const known = { runs: folder, checkpoints: runs.length === 1 ? [folder] : [] };
  const embedder = new Embedder(limit);
  const aboutRuns: Section[] = [
    runsSection(runs, folder, results.warnings),
    configurationSection(results),
    await curvesSection(results, runs, folder, embedder),
    resultsSection(results, runs, folder),
  ];
  const analyses: AnalysisSection[] = [];
  for (const analysis of ANALYSES) {
    const own = outputs.filter((output) => output.analysis === analysis);
    const isPossible = analysis.model === undefined || runs.some(({ model }) => model === analysis.model);
    if (own.length === 0 && !isPossible) continue;
    analyses.push(await analysisSection(analysis, own, known, commands.has(analysis.command), embedder));
  }
  const strangers = unknown.map((file) => ({ file, fault: 'no analysis is known by this name' }));
  const leftOut = [
    ...embedder.pictures.filter((one): one is Required<Picture> => one.fault !== undefined),
    ...strangers,
  ];
  const warnings = [...results.warnings, ...faults];
  const sections = [...aboutRuns, ...analyses, ...leftOutSection(leftOut, [...faults])];
  const count = runs.length === 1 ? 'one run' : `${runs.length} runs`;
  const page = pageOf(
    `Report on ${folder}`,
    [`${count}, ncp-train ${version}, ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`],
    sections,
  );
  await makeFolder(dirname(out));
  await replaceFile(out, page);
  return {
    file: out,
    bytes: Buffer.byteLength(page),
    runs: runs.map((run) => run.folder),
    sections: sections.map((section) => ({
      id: section.id,
      title: section.title,
      made: section.isMade,
      commands: analyses.find(({ id }) => id === section.id)?.commands ?? [],
    })),
    pictures: embedder.pictures.filter(({ fault }) => fault === undefined).map(({ file }) => file),
    left_out: leftOut,
    warnings,
  };
}

function leftOutSection(pictures: readonly Required<Picture>[], faults: readonly string[]): Section[] {
  if (pictures.length + faults.length === 0) return [];
  const html = [
    paragraph('Found, and not on this page:'),
    list([...faults, ...pictures.map(({ file, fault }) => `${file}: ${fault}`)]),
  ];
  return [{ id: 'left-out', title: 'Left out', isMade: true, html: html.join('\n') }];
}

/** @throws DataError */
async function requireFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new DataError(`--with ${path}: there is no such folder`);
  if (!found.isDirectory())
    throw new DataError(`--with ${path} is no folder; give the folder that it lies in`);
}
