/**
 * Where a car drove, in metres: what activity and components are projected on. Taken from the recorded position, else from GPS, else
 * integrated from speed and curvature,
 *
 *     θ' = v·κ        x' = v·cos θ        y' = v·sin θ
 *
 * with the mean of both ends over each step, from the origin towards +y. Where time jumps or goes back the integrated road
 * goes on where it was. Only the shape of an integrated road means anything: errors of curvature add up.
 */
import { openDriveRecording } from '../../data/recordings/drive-recording.ts';
import { DataError } from '../../errors.ts';
import { LONGEST_STEP } from '../../metrics/trace.ts';

export interface DrivenRoad {
  readonly source: 'position' | 'GPS' | 'integrated from speed and curvature';
  /** [N], m. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Mean radius of the earth, m. */
const EARTH = 6_371_000;

/**
 * @param path - of a recording or a drive
 * @returns undefined where it does not say where the car was
 * @throws DataError for a file that is absent or damaged, or of which a coordinate is not finite
 */
export async function drivenRoad(path: string): Promise<DrivenRoad | undefined> {
  if (path.toLowerCase().endsWith('.npz')) return undefined; // has frames alone
  const drive = await openDriveRecording(path);
  try {
    const road = roadFrom({
      position: drive.position(),
      latitude: drive.extra('latitude'),
      longitude: drive.extra('longitude'),
      speed: drive.column('speed'),
      curvature: drive.column('inverse_r'),
      times: drive.column('timestamp') as Float64Array,
    });
    const bad = road ? road.x.findIndex((x, n) => !Number.isFinite(x) || !Number.isFinite(road.y[n])) : -1;
    if (road && bad >= 0) {
      throw new DataError(`${path}: the road (${road.source}) is not finite from frame ${bad} on`);
    }
    return road;
  } finally {
    drive.close();
  }
}

/** For messages: what a recording lacks without a road. */
export const ROAD_NEEDS = 'position, or latitude and longitude, or speed and inverse_r';

export interface RoadColumns {
  readonly position?: { readonly x: Float64Array; readonly y: Float64Array };
  /** Degrees. */
  readonly latitude?: Float64Array;
  readonly longitude?: Float64Array;
  /** m/s */
  readonly speed?: Float64Array;
  /** 1/m, positive to the left. */
  readonly curvature?: Float64Array;
  /** s */
  readonly times: Float64Array;
}

/** The best of what there is; undefined where it is not enough. */
export function roadFrom(columns: RoadColumns): DrivenRoad | undefined {
  const { position, latitude, longitude, speed, curvature, times } = columns;
  if (position) return { source: 'position', ...position };
  if (latitude && longitude) return { source: 'GPS', ...fromGps(latitude, longitude) };
  if (speed && curvature) {
    return { source: 'integrated from speed and curvature', ...integrated(speed, curvature, times) };
  }
  return undefined;
}

/** East and north of the first reading; over a drive's few kilometres the earth is flat. */
function fromGps(latitude: Float64Array, longitude: Float64Array) {
  const metres = (degrees: number) => (degrees * Math.PI * EARTH) / 180;
  const shrink = Math.cos((latitude[0] * Math.PI) / 180);
  return {
    x: longitude.map((degrees) => metres(degrees - longitude[0]) * shrink),
    y: latitude.map((degrees) => metres(degrees - latitude[0])),
  };
}

function integrated(speed: Float64Array, curvature: Float64Array, times: Float64Array) {
  const [x, y] = [new Float64Array(times.length), new Float64Array(times.length)];
  let heading = Math.PI / 2;
  for (let n = 1; n < times.length; n++) {
    const elapsed = times[n] - times[n - 1];
    const isDriven = elapsed > 0 && elapsed <= LONGEST_STEP;
    const way = isDriven ? ((speed[n - 1] + speed[n]) / 2) * elapsed : 0;
    const turn = (way * (curvature[n - 1] + curvature[n])) / 2;
    x[n] = x[n - 1] + way * Math.cos(heading + turn / 2);
    y[n] = y[n - 1] + way * Math.sin(heading + turn / 2);
    heading += turn;
  }
  return { x, y };
}
