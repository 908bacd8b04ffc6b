/** How often models crashed in recorded test drives, by model and noise, as the drives' own attributes name them (data/recordings/drive-recording.ts). */
import { existsSync, statSync } from 'node:fs';
import { listRecordings } from '../../data/recordings/dataset-config.ts';
import { openDriveRecording } from '../../data/recordings/drive-recording.ts';
import { DataError } from '../../errors.ts';
import { findCrashes } from '../../metrics/trace.ts';

/** The drives of a model under a noise. */
export interface CrashCount {
  readonly model: string;
  readonly sigma: number;
  readonly variance: number;
  readonly drives: number;
  readonly crashes: number;
}

/**
 * @param paths - drives, or folders of them
 * @throws DataError for a file that cannot be read, or is no test drive of a model
 */
export async function driveCrashes(paths: readonly string[]): Promise<CrashCount[]> {
  const counts = new Map<string, CrashCount>();
  for (const path of paths.flatMap(filesOf)) {
    const drive = await openDriveRecording(path);
    try {
      const { model, noise = 0 } = drive.attributes();
      if (typeof model !== 'string' || typeof noise !== 'number') {
        throw new DataError(
          `${path} does not say which model drove: it is no test drive of \`ncp-train drive\``,
        );
      }
      drive.require(['autonomous'], 'counting crashes');
      const [time, autonomous] = [drive.column('timestamp'), drive.column('autonomous')] as Float64Array[];
      const crashes = drive.crashes()?.length ?? findCrashes({ time, autonomous }).at.length;
      const key = `${model} ${noise}`;
      const before = counts.get(key);
      counts.set(key, {
        model,
        sigma: noise,
        variance: noise ** 2,
        drives: (before?.drives ?? 0) + 1,
        crashes: (before?.crashes ?? 0) + crashes,
      });
    } finally {
      drive.close();
    }
  }
  return [...counts.values()].sort((a, b) => a.model.localeCompare(b.model) || a.sigma - b.sigma);
}

function filesOf(path: string): string[] {
  return existsSync(path) && statSync(path).isDirectory() ? listRecordings(path) : [path];
}
