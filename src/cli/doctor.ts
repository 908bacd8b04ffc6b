/** `ncp-train doctor`: what works here; exit status 5 when no backend does. */
import { type BackendReport, type Diagnosis, diagnose } from '../backend/doctor.ts';
import { BackendError } from '../errors.ts';
import { doctorOptions } from '../options/commands/machine.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand } from './command.ts';

export default defineCommand({
  options: doctorOptions,
  async run({ speed }, _, { print }) {
    const diagnosis: Diagnosis = await diagnose();
    const backends = speed ? await timed(diagnosis.backends) : diagnosis.backends;
    print({ ...diagnosis, backends }, text({ ...diagnosis, backends }));
    if (!diagnosis.backends.some(({ works }) => works)) throw new BackendError('no backend works');
  },
});

type TimedReport = BackendReport & { speed?: { msPerStep: number; framesPerSecond: number } };

/** Trains for a second on each backend that works, one after the other. */
async function timed(backends: BackendReport[]): Promise<TimedReport[]> {
  const { useBackend } = await import('../backend/choose.ts');
  const { trainingSpeed } = await import('../train/speed.ts');
  const reports: TimedReport[] = [];
  for (const report of backends) {
    if (!report.works) reports.push(report);
    else {
      await useBackend(report.name);
      reports.push({ ...report, speed: await trainingSpeed(1) });
    }
  }
  return reports;
}

function text({ node, processor, memory, backends }: Diagnosis & { backends: TimedReport[] }): string {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const support = node.supported ? 'supported' : `not supported: ${node.needed} is needed`;
  const features = processor.features.length === 0 ? [] : [`           ${processor.features.join(' ')}`];
  return [
    `Node       ${node.version}, ${support}`,
    `processor  ${processor.model}, ${processor.cores} cores`,
    ...features,
    `memory     ${gigabytes(memory.total)}, ${gigabytes(memory.free)} free`,
    '',
    aligned(backends.map(row)),
    ...backends.flatMap(advice),
  ].join('\n');
}

function row({ name, works, version, path, speed }: TimedReport): string[] {
  const state = works ? 'works' : version === undefined ? 'not installed' : 'does not work';
  const cells = [name, state, version ?? '', path ?? ''];
  if (speed === undefined) return cells;
  const { msPerStep, framesPerSecond } = speed;
  return [...cells, `${msPerStep.toFixed(0)} ms a step, ${framesPerSecond.toFixed(0)} frames/s`];
}

/** Why a backend does not work, or not as wished, and the command that mends it. */
function advice({ name, reason, remedy }: BackendReport): string[] {
  if (reason === undefined) return [];
  const mend = remedy === undefined ? [] : [`  to mend it: ${remedy}`];
  return ['', `${name}: ${reason.replaceAll('\n', '\n  ')}`, ...mend];
}
