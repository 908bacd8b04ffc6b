/** `ncp-train data check`: see src/data/inspect/check.ts; exit status 3 when there is an error, not for warnings. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { type Checked, checkRecordings } from '../data/inspect/check.ts';
import { defectText } from '../data/recordings/defect.ts';
import { DataError } from '../errors.ts';
import { print } from '../terminal.ts';
import { plural } from '../text/figures.ts';
import { type Progress, startProgress } from './progress.ts';

export function define(command: Command): void {
  command
    .argument('<path>', 'folder of recordings, or one recording')
    .option('--json', 'print JSON')
    .action(async (path: string, { json }) => {
      let progress: Progress | undefined;
      let current = '';
      const checked = await checkRecordings(path, (file, done, frames) => {
        if (file !== current) {
          progress?.finish();
          progress = startProgress(`reading ${basename(file)}`, frames, 'frames');
          current = file;
        }
        progress?.update(done);
      }).finally(() => progress?.finish());
      print(json ? JSON.stringify(checked, null, 2) : text(checked));
      const errors = count(checked, 'error');
      if (errors > 0) throw new DataError(`${path}: ${plural(errors, 'error')} in ${faulty(checked)}`);
    });
}

function text(checked: readonly Checked[]): string {
  const lines = checked.flatMap(({ defects }) =>
    defects.map((defect) => `${defect.severity}: ${defectText(defect)}`),
  );
  const frames = checked.reduce((sum, each) => sum + (each.frames ?? 0), 0);
  const found = [plural(count(checked, 'error'), 'error'), plural(count(checked, 'warning'), 'warning')];
  return [...lines, `${plural(checked.length, 'file')}, ${frames} frames: ${found.join(', ')}`].join('\n');
}

function count(checked: readonly Checked[], severity: string): number {
  return checked.flatMap(({ defects }) => defects).filter((defect) => defect.severity === severity).length;
}

function faulty(checked: readonly Checked[]): string {
  const files = checked.filter(({ defects }) => defects.some(({ severity }) => severity === 'error'));
  return `${files.length} of ${plural(checked.length, 'file')}`;
}
