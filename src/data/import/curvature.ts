/**
 * Curvature from a steering angle: the bicycle model, κ = tan(δ) / wheelbase, δ the angle of the front wheels.
 * Slip, which grows with the square of the speed, is left out: at most a few per cent of a car’s curvature in town.
 */
import { DataError } from '../../errors.ts';
import type { ANGLE_UNITS } from '../../options/commands/recordings.ts';

/** What one unit of a logged angle is: a share of the steering range, or an angle. */
export type AngleUnit = (typeof ANGLE_UNITS)[number];

export interface Steering {
  unit: AngleUnit;
  /** Degrees of the front wheels at a share of 1. */
  range: number;
  /** Degrees of what was measured for one degree of the front wheels: 1 where they were measured themselves. */
  ratio: number;
  /** Distance of the axles, m. */
  wheelbase: number;
  /** 1 where positive is to the left, −1 where it is to the right. */
  sign: 1 | -1;
}

/** What the user said; a format’s own values stand for the rest. */
export type SteeringOptions = Partial<Steering>;

/** Beyond this no front wheel turns, so the unit or the ratio must be wrong. Degrees. */
const LARGEST = 80;

/** The format’s values with the user’s in their place. */
export function steeringOf(format: Steering, given: SteeringOptions): Steering {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...format, ...Object.fromEntries(said) };
}

/**
 * @param value - the angle as logged
 * @param where - file and line, for the error
 * @returns curvature in 1/m, positive to the left
 * @throws DataError where the value is no finite number or no angle of a front wheel
 */
export function curvature(value: number, steering: Steering, where: string): number {
  if (!Number.isFinite(value)) {
    throw new DataError(`${where}: the steering angle is ${value}`);
  }
  const { unit, range, ratio, wheelbase, sign } = steering;
  const degrees = { share: range, deg: 1, rad: 180 / Math.PI }[unit];
  // δ = value · unit / ratio, κ = tan(δ) / wheelbase
  const angle = (value * degrees) / ratio;
  if (Math.abs(angle) > LARGEST) {
    throw new DataError(
      `${where}: an angle of ${value} would turn the front wheels by ${angle.toFixed(0)}°; ` +
        'check --angle_unit, --steering_ratio and --steering_range',
    );
  }
  // `+ 0` makes the −0 of straight on a 0.
  return (sign * Math.tan((angle * Math.PI) / 180)) / wheelbase + 0;
}

/** In words, for the note that says how labels were made. */
export function steeringText({ unit, range, ratio, wheelbase, sign }: Steering): string {
  const angle =
    unit === 'share'
      ? `1 is ${range}° of the front wheels`
      : `${unit === 'deg' ? 'degrees' : 'radians'}${ratio === 1 ? '' : `, steering ratio ${ratio}`}`;
  return `${angle}, positive to the ${sign === 1 ? 'left' : 'right'}; wheelbase ${wheelbase} m`;
}
