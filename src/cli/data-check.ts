/** `ncp-train data check`: see src/data/inspect/check.ts; exit status 3 when there is an error, not for warnings. */

import { basename } from 'node:path';
import { type Checked, checkRecordings } from '../data/inspect/check.ts';
import { defectText } from '../data/recordings/defect.ts';
import { DataError } from '../errors.ts';
import { dataCheckOptions } from '../options/commands/recordings.ts';
import { plural } from '../text/figures.ts';
import { type Bar, defineCommand } from './command.ts';
import { one } from './operands.ts';

export default defineCommand({
  operands: { path: one('folder of recordings, or one recording') },
  options: dataCheckOptions,
  async run(_, { path }, { print, progress }) {
    let bar: Bar | undefined;
    let current = '';
    const checked = await checkRecordings(path, (file, done, frames) => {
      if (file !== current) {
        bar?.finish();
        bar = progress(`reading ${basename(file)}`, 'frames');
        current = file;
      }
      bar?.update(done, frames);
    });
    bar?.finish();
    print(checked, text(checked));
    const errors = count(checked, 'error');
    if (errors > 0) throw new DataError(`${path}: ${plural(errors, 'error')} in ${faulty(checked)}`);
  },
});

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
