/** `ncp-train data generate`: see src/simulation/generate/generate.ts and docs/data.md. */

import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import {
  type GenerateOptions,
  type GeneratePlan,
  generateDrives,
  gigabytes,
  planGeneration,
} from '../simulation/generate/generate.ts';
import { recordingNames } from '../simulation/generate/recording-names.ts';
import { ROAD_KINDS, type RoadKind } from '../simulation/road/road-kind.ts';
import { abortOnStop, exitStatusOf } from '../stop-signals.ts';
import { print, say } from '../terminal.ts';
import { plural } from '../text/figures.ts';
import { unknownName } from '../text/nearest.ts';
import { heightAndWidth, wholeNumber } from './number-flags.ts';
import { startProgress } from './progress.ts';

/** Frames of a recording, unless --frames says otherwise. */
const FRAMES: Record<RoadKind, number> = { passive: 600, active: 1200 };
const SMALLEST = 16;
const LARGEST = 4096;

export function define(command: Command): void {
  command
    .argument('<kind>', 'passive: public roads, two lanes; active: a narrow road without markings')
    .requiredOption('--out <dir>', 'folder to make; an interrupted run goes on where it stopped')
    .option('--frames <n>', 'frames of each recording (default: passive 600, active 1200)', wholeNumber(1))
    .option('--recordings <n>', 'recordings, at most and by default passive 19, active 6', wholeNumber(1))
    .addOption(
      new Option('--size <HxW>', 'of the frames, pixels')
        .argParser(heightAndWidth('250x400', SMALLEST, LARGEST))
        .default({ height: 250, width: 400 }, '250x400'),
    )
    .option('--compress', 'compress the frames; slower to write and to read')
    .option('--seed <n>', 'another seed, other roads', wholeNumber(Number.MIN_SAFE_INTEGER), 0)
    .option('--workers <n>', 'recordings made at a time (default: one a core)', wholeNumber(1))
    .option('--force', 'delete the recordings of an earlier run there, and make them anew')
    .option('--json', 'print JSON')
    .action(async (kind: string, options) => {
      if (!isRoadKind(kind)) throw new UsageError(unknownName('kind of road', kind, ROAD_KINDS));
      await generate(
        {
          kind,
          out: options.out,
          frames: options.frames ?? FRAMES[kind],
          recordings: options.recordings ?? recordingNames(kind).length,
          ...options.size,
          compress: options.compress ?? false,
          seed: options.seed,
          workers: options.workers ?? availableParallelism(),
          force: options.force ?? false,
        },
        options.json ?? false,
      );
    });
}

async function generate(options: GenerateOptions, json: boolean): Promise<void> {
  const plan = await planGeneration(options);
  const { missing, kept } = plan;
  const { out, frames, height, width, compress } = options;
  if (kept.length > 0)
    say(`${kept.length} of ${kept.length + missing.length} recordings are there already and stay`);
  const size = `${compress ? 'at most ' : ''}${gigabytes(plan.bytes)}`;
  if (missing.length > 0) {
    say(
      `${plural(missing.length, 'recording')} of ${frames} frames, ${height}x${width}: ${size} of ${gigabytes(plan.free)} free`,
    );
  }
  if (!(await generatedWhole(plan))) {
    say('stopped; finished recordings stay, and the same command makes the missing ones');
    return;
  }
  const result: Generated = { out, made: missing, kept, frames };
  print(json ? JSON.stringify(result, null, 2) : text(result));
}

/**
 * Makes what is missing, with a bar.
 * @param quiet - without
 * @returns false where a signal ended it; the exit status is set then
 */
export async function generatedWhole(plan: GeneratePlan, quiet = false): Promise<boolean> {
  const { missing, options } = plan;
  const total = missing.length * options.frames;
  const stopping = abortOnStop();
  const progress =
    total > 0 && !quiet ? startProgress(`generating ${options.out}`, total, 'frames') : undefined;
  let done = 0;
  const onFrames = (count: number) => {
    done += count;
    progress?.update(done);
  };
  try {
    await generateDrives(plan, onFrames, stopping.signal);
    return true;
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    process.exitCode = exitStatusOf(stopping.signal.reason);
    return false;
  } finally {
    progress?.finish();
    stopping.dispose();
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
