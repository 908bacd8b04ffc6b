/** `ncp-train data generate`: see src/simulation/generate/generate.ts and docs/data.md. */

import { availableParallelism } from 'node:os';
import { dataGenerateOptions } from '../options/commands/recordings.ts';
import { sizeOf } from '../options/fields.ts';
import {
  type GeneratePlan,
  generateDrives,
  gigabytes,
  planGeneration,
} from '../simulation/generate/generate.ts';
import { recordingNames } from '../simulation/generate/recording-names.ts';
import { ROAD_KINDS, type RoadKind } from '../simulation/road/road-kind.ts';
import { plural } from '../text/figures.ts';
import { unknownName } from '../text/nearest.ts';
import { defineCommand, type Tools } from './command.ts';
import { one } from './operands.ts';

/** Frames of a recording, unless --frames says otherwise. */
const FRAMES: Record<RoadKind, number> = { passive: 600, active: 1200 };

export default defineCommand({
  operands: { kind: one('passive: public roads, two lanes; active: a narrow road without markings') },
  options: dataGenerateOptions,
  stopped: 'stopped; finished recordings stay, and the same command makes the missing ones',
  faults: (_, { kind }) =>
    kind === undefined || isRoadKind(kind) ? [] : [unknownName('kind of road', kind, ROAD_KINDS)],
  async run(options, { kind: named }, tools) {
    const kind = named as RoadKind;
    const plan = await planGeneration({
      ...options,
      ...sizeOf(options.size),
      kind,
      frames: options.frames ?? FRAMES[kind],
      recordings: options.recordings ?? recordingNames(kind).length,
      workers: options.workers ?? availableParallelism(),
    });
    const { missing, kept } = plan;
    const { out, frames, height, width, compress } = plan.options;
    if (kept.length > 0)
      tools.say(`${kept.length} of ${kept.length + missing.length} recordings are there already and stay`);
    const size = `${compress ? 'at most ' : ''}${gigabytes(plan.bytes)}`;
    if (missing.length > 0) {
      tools.say(
        `${plural(missing.length, 'recording')} of ${frames} frames, ${height}x${width}: ${size} of ${gigabytes(plan.free)} free`,
      );
    }
    await generateWhole(plan, tools);
    const result: Generated = { out, made: missing, kept, frames };
    tools.print(result, text(result));
  },
});

/** Makes what is missing, with a bar. @throws what the signal ends it with */
export async function generateWhole(
  plan: GeneratePlan,
  { progress, signal }: Pick<Tools<unknown>, 'progress' | 'signal'>,
): Promise<void> {
  const { missing, options } = plan;
  const total = missing.length * options.frames;
  const bar = progress(`generating ${options.out}`, 'frames');
  let done = 0;
  if (total > 0) bar.update(0, total);
  const onFrames = (count: number) => {
    done += count;
    bar.update(done, total);
  };
  try {
    await generateDrives(plan, onFrames, signal);
  } finally {
    bar.finish();
  }
}

interface Generated {
  readonly out: string;
  readonly made: readonly string[];
  readonly kept: readonly string[];
  /** Of each recording. */
  readonly frames: number;
}

function text({ out, made, kept, frames }: Generated): string {
  const all = made.length + kept.length;
  const what =
    made.length === all ? '' : made.length === 0 ? ', all there already' : `, ${made.length} of them new`;
  return `${out}: ${plural(all, 'recording')}, ${all * frames} frames${what}\nto look at it: ncp-train data inspect ${out}`;
}

function isRoadKind(kind: string): kind is RoadKind {
  return (ROAD_KINDS as readonly string[]).includes(kind);
}
