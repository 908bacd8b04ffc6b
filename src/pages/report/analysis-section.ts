/** The section of an analysis: all outputs of it that were found, or the command that would make one. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Analysis, commandOf, type Known } from './catalogue.ts';
import type { Embedder } from './embed.ts';
import { csvPreview, factsTable, fileList, readFacts } from './file-preview.ts';
import type { Output } from './find-outputs.ts';
import { commandLine, escaped, paragraph } from './html.ts';
import type { Section } from './page.ts';
import { recordedWords } from './recorded-words.ts';

/** Pictures of single frames that are shown of a folder, evenly over it. */
const FRAMES = 6;

export interface AnalysisSection extends Section {
  /** That makes it, or made it. */
  readonly commands: readonly string[];
}

/**
 * @param outputs - of this analysis
 * @param known - for the command where there is no output
 * @param exists - whether this version has the command
 */
export async function analysisSection(
  analysis: Analysis,
  outputs: readonly Output[],
  known: Known,
  exists: boolean,
  embedder: Embedder,
): Promise<AnalysisSection> {
  const { id, title, about } = analysis;
  if (outputs.length === 0) {
    const command = commandOf(analysis, known);
    const html = exists
      ? [
          paragraph(
            'Not made yet. Make it, with words of your own for those in capitals, and the report again with its folder (--with):',
            'missing',
          ),
          commandLine(command),
        ]
      : [paragraph(`Not made: this version has no ncp-train ${analysis.command}.`, 'missing')];
    return {
      id,
      title,
      isMade: false,
      commands: exists ? [command] : [],
      html: [paragraph(about), ...html].join('\n'),
    };
  }
  const parts = [paragraph(about)];
  const commands: string[] = [];
  for (const output of outputs) {
    const facts = output.facts === undefined ? undefined : await readFacts(output.facts);
    const command = commandOf(analysis, {
      runs: known.runs,
      folder: output.folder,
      ...(facts ? recordedWords(facts) : {}),
    });
    commands.push(command);
    parts.push(`<h3>${escaped(output.folder)}</h3>`, commandLine(command));
    if (output.facts !== undefined) {
      parts.push(facts ? factsTable(facts) : paragraph(`${output.facts}: cannot be read as JSON`, 'warning'));
    }
    for (const files of output.pictures) parts.push(await embedder.figure(files));
    for (const folder of output.frames) parts.push(await someFrames(folder, embedder));
    for (const path of output.tables) parts.push(await csvPreview(path, analysis.columns));
    if (output.others.length > 0) parts.push(paragraph('Also there:'), await fileList(output.others));
  }
  return { id, title, isMade: true, commands, html: parts.join('\n') };
}

async function someFrames(folder: string, embedder: Embedder): Promise<string> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => /\.png$/i.test(name)).sort();
  } catch (error) {
    return paragraph(`${folder}: cannot be read (${(error as NodeJS.ErrnoException).code})`, 'warning');
  }
  const count = Math.min(FRAMES, names.length);
  const chosen = Array.from(
    { length: count },
    (_, n) => names[count === 1 ? 0 : Math.round((n * (names.length - 1)) / (count - 1))],
  );
  const figures: string[] = [];
  for (const name of chosen) figures.push(await embedder.figure([join(folder, name)]));
  const caption = `${folder}: ${names.length} pictures${names.length > count ? `, of which ${count} are shown` : ''}`;
  return [paragraph(caption), `<div class="frames">${figures.join('\n')}</div>`].join('\n');
}
