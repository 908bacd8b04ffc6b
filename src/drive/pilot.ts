/**
 * Who steers: a trained model, or the simulation's own driver, which shows what the loop itself costs. A pilot steers many cars
 * at once; those of a model are one batch. A model's state before a frame is zero where its drive begins, where autonomous mode
 * is off, and where it comes on: so a replay of the drive's recording goes through the same states (docs/pipeline.md §5).
 */
import * as tf from '@tensorflow/tfjs-core';
import { CROP_BYTES, CROP_HEIGHT, CROP_WIDTH } from '../data/frames/crop.ts';
import { stateDatasets } from '../data/recordings/drive-recording.ts';
import { ConfigError, NotFiniteError } from '../errors.ts';
import type { State } from '../models/cells/cell.ts';
import { disposeModel, inferFrames, type Model, prepareGraph } from '../models/model.ts';
import { loadModel, readInput } from '../models/weights-file.ts';
import { weightsOf } from '../train/weights-of.ts';
import type { Course } from './course.ts';

/** A car that a pilot steers. */
export interface Car {
  readonly course: Course;
  /** Its place among all cars: which crop is its, from 0. */
  readonly slot: number;
  /** Whether its model begins with a state of zero before this frame. */
  readonly fresh: boolean;
}

/** For every car, in their order. */
export interface Decision {
  /** [B], 1/m, positive to the left. */
  readonly curvature: Float64Array;
  /** [B], what the model put out, in the unit of its labels. */
  readonly output: Float32Array;
  /** By the dataset's name, [B,units], after the frame was seen. */
  readonly states: Readonly<Record<string, Float32Array>>;
}

export interface Pilot {
  /** `lstm`, …, or `driver`. */
  readonly model: string;
  /** Path of the weights; '' for the driver. */
  readonly weights: string;
  /** Whether it looks at frames at all. */
  readonly looks: boolean;
  /** How a frame is cropped, as text. */
  readonly crop: string;
  /** Frames a second. */
  readonly rate: number;
  /** Outputs are curvature (1/m, positive to the left) times this. */
  readonly labelScale: number;
  /** Units of the states, by the names of their datasets. */
  readonly units: Readonly<Record<string, number>>;
  /**
   * @param cars - B of them
   * @param crops - float32 [slots,78,200,3], 0..255
   * @throws DataError for states or outputs that are not finite
   */
  decide(cars: readonly Car[], crops: Float32Array): Decision;
  close(): void;
}

/** The rate of the simulated recordings and of the paper's camera, frames a second. */
const RATE = 30;
/** Of the nominal rate; recorded ones jitter. */
const RATE_TOLERANCE = 0.02;

/** The driver puts out 1/km. */
const DRIVER_SCALE = 1000;

/** The simulation's own driver, or the recorded one who looks where he goes. */
export function driverPilot(): Pilot {
  return {
    model: 'driver',
    weights: '',
    looks: false,
    crop: 'paper',
    rate: RATE,
    units: {},
    labelScale: DRIVER_SCALE,
    decide: (cars) => {
      const curvature = Float64Array.from(cars, ({ course }) => course.ownCurvature());
      return { curvature, output: Float32Array.from(curvature, (one) => DRIVER_SCALE * one), states: {} };
    },
    close: () => {},
  };
}

/**
 * A trained model; the backend is set.
 * @param checkpoint - a run's folder (its best checkpoint), a checkpoint's folder, or a weights file
 * @param slots - cars that it will steer, at most
 * @throws DataError where there is none
 * @throws ConfigError for a file that does not say what its model sees and puts out, or does not fit the model it names
 */
export async function modelPilot(checkpoint: string, slots: number): Promise<Pilot> {
  const weights = await weightsOf(checkpoint);
  const input = await readInput(weights);
  if (!input) {
    throw new ConfigError(
      `${weights} does not say what its model was trained on, so nobody knows what it sees and what its outputs mean; ` +
        'it is not of a run',
    );
  }
  const model = await loadModel(weights);
  prepareGraph(model);
  const states = new States(model, slots);
  const whole = Math.round(input.rate_hz);
  return {
    model: model.options.model,
    weights,
    looks: true,
    crop: input.crop,
    rate: Math.abs(input.rate_hz / whole - 1) < RATE_TOLERANCE ? whole : input.rate_hz,
    units: states.units,
    labelScale: input.label_scale,
    decide: (cars, crops) => {
      const output = decide(model, states, cars, crops);
      if (!output.every(Number.isFinite)) {
        throw new NotFiniteError(
          `${weights}: the model put out a number that is not finite; it cannot drive`,
        );
      }
      // Labels are curvature × scale, a turn to the left being positive, whatever sign it was recorded with.
      const curvature = Float64Array.from(output, (one) => one / input.label_scale);
      return { curvature, output, states: states.rows(cars) };
    },
    close: () => disposeModel(model),
  };
}

/** The states of all cars of a model, as rows of plain arrays. */
class States {
  readonly units: Readonly<Record<string, number>>;
  /** One [slots,units] for each of the cell's states. */
  readonly values: readonly Float32Array[];
  readonly widths: readonly number[];
  readonly #names: readonly string[];

  constructor(model: Model, slots: number) {
    const start = model.kind === 'recurrent' ? model.cell.initialState(1) : [];
    this.widths = start.map(({ shape }) => shape[1]);
    tf.dispose([...start]);
    this.#names = model.kind === 'recurrent' ? stateDatasets(model.cell.stateNames) : [];
    this.units = Object.fromEntries(this.#names.map((name, n) => [name, this.widths[n]]));
    this.values = this.widths.map((width) => new Float32Array(slots * width));
  }

  rows(cars: readonly Car[]): Record<string, Float32Array> {
    return Object.fromEntries(this.#names.map((name, n) => [name, this.gather(n, cars, false)]));
  }

  /** [B,units] of state n. @param forget - zero where a car's model begins anew */
  gather(n: number, cars: readonly Car[], forget: boolean): Float32Array {
    const width = this.widths[n];
    const out = new Float32Array(cars.length * width);
    for (const [b, { slot, fresh }] of cars.entries()) {
      if (forget && fresh) continue;
      out.set(this.values[n].subarray(slot * width, (slot + 1) * width), b * width);
    }
    return out;
  }

  scatter(n: number, cars: readonly Car[], rows: Float32Array): void {
    const width = this.widths[n];
    for (const [b, { slot }] of cars.entries()) {
      this.values[n].set(rows.subarray(b * width, (b + 1) * width), slot * width);
    }
  }
}

/** One step of all cars in one batch. @returns [B] */
function decide(model: Model, states: States, cars: readonly Car[], crops: Float32Array): Float32Array {
  const B = cars.length;
  const frames = new Float32Array(B * CROP_BYTES);
  for (const [b, { slot }] of cars.entries()) {
    frames.set(crops.subarray(slot * CROP_BYTES, (slot + 1) * CROP_BYTES), b * CROP_BYTES);
  }
  const [output, ...after] = tf.tidy(() => {
    const seen = inferFrames(model, tf.tensor4d(frames, [B, CROP_HEIGHT, CROP_WIDTH, 3]));
    if (model.kind === 'frame') return [seen as tf.Tensor];
    const before: State = states.widths.map((width, n) =>
      tf.tensor2d(states.gather(n, cars, true), [B, width]),
    );
    const step = model.cell.unroll(tf.reshape(seen, [1, B, model.cell.inputs]), before);
    return [step.outputs as tf.Tensor, ...step.state];
  });
  const values = output.dataSync<'float32'>().slice();
  for (const [n, state] of after.entries()) states.scatter(n, cars, state.dataSync<'float32'>());
  tf.dispose([output, ...after]);
  return values;
}
