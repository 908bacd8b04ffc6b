/** `ncp-train report RUN|DIR`: see src/pages/report/report.ts. */

import { reportOptions } from '../options/commands/analyses.ts';
import { sizeText } from '../pages/report/file-preview.ts';
import { type ReportResult, writeReport } from '../pages/report/report.ts';
import { defineCommand } from './command.ts';
import { oneOr } from './operands.ts';

export default defineCommand({
  operands: { folder: oneOr('sessions', 'a run, or a folder with runs below it') },
  options: reportOptions,
  async run(options, { folder }, { print, warn, program }) {
    const result = await writeReport({
      folder,
      with: options.with,
      out: options.out,
      limit: options.max_mb * 1e6,
      commands: new Set(program.commands),
      version: program.version,
      now: new Date(),
    });
    for (const warning of result.warnings) warn(`warning: ${warning}`);
    print(result, text(result));
  },
});

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
