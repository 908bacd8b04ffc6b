/**
 * Times that are not seconds, as people's own converters write them: milliseconds, microseconds and nanoseconds, and seconds
 * since 1970 in float32 or whole seconds, which cannot tell frames apart. With them every step is a skip, or none is.
 */

import { median, steps } from '../../text/statistics.ts';
import { SKIP_SECONDS } from '../batches/concatenation.ts';
import { likelyUnit } from '../import/logs/stamps.ts';
import { TIME_UNITS, type TimeUnit } from '../import/source.ts';
import type { Defect } from './defect.ts';

const UNIT_NAMES = { s: 'seconds', ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds' } as const;
/** Fewer frames say little by their steps: a recording of two drives of one frame has a skip and nothing else. */
const ENOUGH_FRAMES = 10;
/** Bits of a float32 behind the first. */
const FLOAT32_BITS = 23;
/** Times of float32 that lie this far apart or farther, s, tell frames of no camera apart. */
const COARSE = 0.1;
/** Hz; no camera of a car is faster. */
const FASTEST = 1000;

/**
 * Why a recording's times cannot be used as seconds; none where they can.
 * @param path - of the recording, for the command that mends it
 * @param timestamps - [N], finite
 */
export function timeErrors(path: string, timestamps: Float64Array): Defect[] {
  const fault = (message: string, remedy: string): Defect[] => [
    { severity: 'error', file: path, dataset: 'timestamp', message, remedy },
  ];
  if (isCoarseFloat32(timestamps)) {
    const apart = spacing(timestamps);
    return fault(
      `the times are seconds in float32, which near ${largest(timestamps)} lie ${apart} s apart: frames cannot be told apart`,
      `Export them again as float64; or, if the camera gave 30 frames a second: ${rewrite(path, 'numpy.arange(len(t)) / 30')}`,
    );
  }
  const between = steps(timestamps);
  const still = between.filter((step) => step === 0).length;
  if (still > between.length / 2) {
    return fault(
      `${still} of ${timestamps.length} frames have the time of the frame before, and the frame rate cannot be told`,
      `If the camera gave 30 frames a second: ${rewrite(path, 't[0] + numpy.arange(len(t)) / 30')}`,
    );
  }
  const unit = unitOf(timestamps);
  if (unit === 's') return [];
  const factor = Math.round(1 / TIME_UNITS[unit])
    .toExponential()
    .replace('+', '');
  return fault(
    `the times are ${UNIT_NAMES[unit]}, not seconds: the first is ${timestamps[0]}, and the frames lie ` +
      `${Number(forwardStep(timestamps).toPrecision(3))} apart`,
    `Divide them: ${rewrite(path, `t / ${factor}`)}`,
  );
}

/** Times that can be used, but hardly are what was meant. */
export function timeWarnings(path: string, timestamps: Float64Array): Defect[] {
  const rate = 1 / forwardStep(timestamps);
  if (!(rate > FASTEST)) return [];
  const message = `by the times there are ${Number(rate.toPrecision(3))} frames a second`;
  const remedy = `If they are minutes or days, turn them into seconds, 60 or 86400 times as many: ${rewrite(path, 't * 60')}`;
  return [{ severity: 'warning', file: path, dataset: 'timestamp', message, remedy }];
}

/** A command that replaces the times; `t` are the old ones. */
function rewrite(path: string, expression: string): string {
  const program =
    `import h5py, numpy, sys; f = h5py.File(sys.argv[1], 'r+'); t = f['timestamp'][:]; ` +
    `del f['timestamp']; f['timestamp'] = ${expression}`;
  return `python3 -c "${program}" '${path.replaceAll("'", "'\\''")}'`;
}

function unitOf(timestamps: Float64Array): TimeUnit {
  const bySize = likelyUnit(largest(timestamps));
  if (bySize !== 's' || timestamps.length < ENOUGH_FRAMES) return bySize;
  // Cameras give from 1 to 1,000 frames a second, so that the step itself tells the unit.
  const step = forwardStep(timestamps);
  if (!(step >= SKIP_SECONDS)) return 's';
  if (step < 1e3) return 'ms';
  return step < 1e6 ? 'us' : 'ns';
}

/** NaN where no time goes forward. */
const forwardStep = (timestamps: Float64Array) => median(steps(timestamps).filter((step) => step > 0));

const largest = (timestamps: Float64Array) =>
  timestamps.reduce((most, time) => Math.max(most, Math.abs(time)), 0);

/** Between the largest of the times and the next that float32 knows. */
const spacing = (timestamps: Float64Array) =>
  2 ** (Math.floor(Math.log2(largest(timestamps))) - FLOAT32_BITS);

function isCoarseFloat32(timestamps: Float64Array): boolean {
  if (timestamps.length < ENOUGH_FRAMES || !(spacing(timestamps) >= COARSE)) return false;
  return timestamps.every((time) => Math.fround(time) === time);
}
