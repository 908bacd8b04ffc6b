/**
 * When and where the frames of a recording are taken: 30 a second, not quite regular; now and then the recording pauses for
 * more than 5 s, while the car drives on or waits. An active recording is of several rounds, each on a road of its own, under
 * its own light, and with a pause before it: few recordings are to show much. Everything follows from seed, kind and name.
 * Draws no pictures.
 */
import { type Stream, stream } from '../../random/stream.ts';
import type { Drive } from '../road/drive.ts';
import type { RoadKind } from '../road/road-kind.ts';
import type { Pace } from '../road/speed-profile.ts';
import { drivenCurvature } from '../road/vehicle.ts';
import { startTime } from './recording-names.ts';

export interface RecordingJob {
  readonly kind: RoadKind;
  readonly seed: number;
  /** With `.h5`; the time in it is that of the first frame. */
  readonly name: string;
  readonly frames: number;
  /** Of the frames, pixels. */
  readonly height: number;
  readonly width: number;
}

/** A part of a recording on one road. */
export interface Round {
  /** 0, 1, … */
  readonly number: number;
  readonly frames: number;
}

/** Frames of a round of an active recording, about. */
const ROUND = 200;

/** The rounds of a recording, whose frames add up to its own. */
export function roundsOf({ kind, frames }: RecordingJob): Round[] {
  const count = kind === 'active' ? Math.max(Math.round(frames / ROUND), 1) : 1;
  const first = (round: number) => Math.round((frames * round) / count);
  return Array.from({ length: count }, (_, n) => ({ number: n, frames: first(n + 1) - first(n) }));
}

/** Names what is drawn for a round. */
export const roundKey = ({ name }: RecordingJob, { number }: Round): readonly (string | number)[] =>
  number === 0 ? [name] : [name, number];

/** A frame's numbers; its picture is drawn when it is needed. */
export interface DrivenFrame {
  /** Unix time, s. */
  readonly timestamp: number;
  /** 1/m, positive to the left */
  readonly curvature: number;
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  readonly speed: number;
  /** Arc length and offset on the road, m. */
  readonly s: number;
  readonly offset: number;
}

/** Frames a second. */
export const RATE = 30;
/** Deviation of a time step, s. */
const JITTER = 0.0008;
/** A pause in the recording for so many frames, but none in a recording shorter than SHORTEST. */
const FRAMES_PER_PAUSE = 400;
const SHORTEST = 90;
/** How long pauses last, s: more than the 5 s at which a sequence ends. */
const PAUSE = [5.5, 15] as const;
/** Chance that the car waits during a pause, and how hard it brakes before, m/s². */
const WAITS = 0.2;
const BRAKES = 2.8;
/** Arc length of the first frame, m. */
export const START = 30;

/** The pace of one drive. */
export function drawPace(kind: RoadKind, draws: Stream): Pace {
  return kind === 'active'
    ? { fastest: draws.uniform(7, 10), sideways: draws.uniform(1.6, 2.2) }
    : { fastest: draws.uniform(11, 17), sideways: draws.uniform(1.8, 2.6) };
}

interface Pause {
  /** The first frame after it. */
  readonly frame: number;
  readonly seconds: number;
  readonly waits: boolean;
}

/** Pauses spread over a recording, never near its ends or each other. */
function drawPauses(frames: number, draws: Stream): Pause[] {
  const count = frames < SHORTEST ? 0 : 1 + Math.floor(frames / FRAMES_PER_PAUSE);
  return Array.from({ length: count }, (_, n) => ({
    frame: Math.round((frames * (n + 1 + draws.uniform(-0.25, 0.25))) / (count + 1)),
    seconds: draws.uniform(...PAUSE),
    waits: draws.uniform() < WAITS,
  }));
}

/** A road that is long enough for a drive, and the drive. */
export interface PlannedDrive {
  /** Of the road, m. */
  readonly length: number;
  readonly pace: Pace;
  readonly pauses: readonly Pause[];
}

export function planDrive(job: RecordingJob, round: Round): PlannedDrive {
  const { kind, seed } = job;
  const { frames } = round;
  const draws = stream(seed, 'plan', kind, ...roundKey(job, round));
  const pace = drawPace(kind, draws);
  const pauses = drawPauses(frames, draws);
  const seconds = pauses.reduce((sum, pause) => sum + pause.seconds, frames / RATE);
  return { length: START + seconds * 1.05 * pace.fastest + 20, pace, pauses };
}

/**
 * Drives a round's frames, in order.
 * @param before - time of the last frame of the round before, Unix time, s; not given: the recording begins
 */
export function* driveFrames(
  job: RecordingJob,
  round: Round,
  plan: PlannedDrive,
  drive: Drive,
  before?: number,
): Generator<DrivenFrame> {
  const draws = stream(job.seed, 'time', job.kind, ...roundKey(job, round));
  let timestamp = before === undefined ? startTime(job.name) : before + draws.uniform(...PAUSE);
  for (let frame = 0; frame < round.frames; frame++) {
    if (frame > 0) {
      const step = 1 / RATE + Math.min(Math.max(draws.normal(), -3), 3) * JITTER;
      const pause = plan.pauses.find((each) => each.frame === frame);
      timestamp += step + (pause?.seconds ?? 0);
      if (!pause?.waits) drive.advance(step + (pause?.seconds ?? 0), speedCap(plan, frame));
      if (pause?.waits) drive.halt();
      else if (pause && draws.uniform() < 0.5) drive.displace();
    }
    const { x, y, heading, speed } = drive.car;
    const { s, offset } = drive.place;
    yield { timestamp, curvature: drivenCurvature(drive.car), x, y, heading, speed, s, offset };
  }
}

/** Before a pause in which the car waits it comes to a stop. */
function speedCap({ pauses }: PlannedDrive, frame: number): number {
  const next = pauses.find((pause) => pause.frame > frame);
  return next?.waits ? (BRAKES * (next.frame - frame)) / RATE : Number.POSITIVE_INFINITY;
}
