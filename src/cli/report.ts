/** `ncp-train report RUN|DIR`: see src/pages/report/report.ts. */

import type { Command } from 'commander';
import { sizeText } from '../pages/report/file-preview.ts';
import { type ReportResult, writeReport } from '../pages/report/report.ts';
import { print, say } from '../terminal.ts';
import { aboveZero } from './number-flags.ts';
import { outFile } from './out-path.ts';

export function define(command: Command): void {
  command
    .argument('[folder]', 'a run, or a folder with runs below it', 'sessions')
    .option('--with <folder...>', 'folders with outputs of analyses, beside those below the folder')
    .option('--out <file>', 'the page (default: report.html in the folder)', outFile)
    .option('--max-mb <number>', 'of all pictures together; what is above is named', aboveZero, 50)
    .option('--json', 'print what is in it as JSON')
    .action(async (folder: string, options) => {
      const program = root(command);
      const result = await writeReport({
        folder,
        with: options.with ?? [],
        out: options.out,
        limit: options.maxMb * 1e6,
        commands: namesBelow(program),
        version: program.version() ?? '',
        now: new Date(),
      });
      for (const warning of result.warnings) say(`warning: ${warning}`);
      print(options.json ? JSON.stringify(result, null, 2) : text(result));
    });
}

function text({ file, bytes, runs, sections, pictures, left_out }: ReportResult): string {
  const titles = (made: boolean) => sections.filter((one) => one.made === made).map(({ title }) => title);
  const missing = sections.filter(({ made }) => !made).flatMap(({ commands }) => commands);
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  return [
    `${file}: ${counted(runs.length, 'run')}, ${counted(pictures.length, 'picture')} of analyses, ${sizeText(bytes)}`,
    `on it: ${titles(true).join(', ')}`,
    ...(missing.length > 0 ? ['', 'not made yet:', ...missing.map((line) => `  ${line}`)] : []),
    ...(left_out.length > 0
      ? ['', 'left out:', ...left_out.map(({ file, fault }) => `  ${file}: ${fault}`)]
      : []),
  ].join('\n');
}

const root = (command: Command): Command => (command.parent ? root(command.parent) : command);

/** `replay`, `analyse pca`, … */
const namesBelow = (program: Command): Set<string> =>
  new Set(
    program.commands.flatMap((one) => [
      one.name(),
      ...one.commands.map((two) => `${one.name()} ${two.name()}`),
    ]),
  );
