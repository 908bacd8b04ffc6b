/**
 * A drive over a recorded one: the car leaves the recorded path as the model steers otherwise than the recorded driver did.
 * Along the path, with speed v and curvatures κ driven and κ_r recorded,
 *
 *     e' = v·sin ψ        ψ' = v·(κ − κ_r)
 *
 * e metres to the left of the recorded path and ψ rad to the left of its heading. Each frame is the recorded one of that moment.
 * A crash is a frame whose view is not in the recorded one any more, and, where the recording says how wide its road is, leaving
 * that. The safety driver then sets the car back on the recorded path and drives it for a second. A gap in the recording sets
 * it back as well, and is no crash.
 */

import type { PixelBox } from '../data/frames/crop.ts';
import { LONGEST_STEP } from '../metrics/trace.ts';
import { beyondPavement } from '../simulation/road/off-road.ts';
import { SALOON, stepCar } from '../simulation/road/vehicle.ts';
import type { Motion } from '../simulation/test/test-drive.ts';
import type { Course } from './course.ts';
import type { Displacement, RoadWarp } from './warp.ts';

/** What is known of the recorded drive. */
export interface RecordedPath {
  /** [N], s, growing */
  readonly times: Float64Array;
  /** [N], 1/m, positive to the left */
  readonly curvature: Float64Array;
  /** [N], m/s */
  readonly speed: Float64Array;
  /** [N], m to the left of the road's middle; undefined where it is not known. */
  readonly offset?: Float64Array;
  /** Of the pavement, m; undefined where it is not known. */
  readonly roadWidth?: number;
}

export interface RecordedCourseOptions {
  readonly path: RecordedPath;
  readonly warp: RoadWarp;
  /** Of the frame, that the model sees. */
  readonly box: PixelBox;
  /** Share of it that may lie beyond the recorded frame. */
  readonly unseen: number;
  /** End after so many seconds. */
  readonly seconds: number;
}

/** Longest step of the simulation, s. */
const STEP = 1 / 120;
/** How long the safety driver drives after a crash, s. */
const TAKEOVER = 1;
/** Metres that a driver who knows the path looks ahead when he corrects. */
const LOOK_AHEAD = 12;

export class RecordedCourse implements Course {
  readonly #options: RecordedCourseOptions;
  #frame = 0;
  /** e and ψ. */
  #offset = 0;
  #heading = 0;
  #steering = 0;
  /** Where the recorded car is, counted from the first frame. */
  #path = { x: 0, y: 0, heading: 0 };
  #crashed = false;
  #gap = true;
  #handover = Number.NEGATIVE_INFINITY;

  constructor(options: RecordedCourseOptions) {
    this.#options = options;
    this.#setBack();
  }

  get frame(): number {
    return this.#frame;
  }
  get time(): number {
    return this.#options.path.times[this.#frame];
  }
  get autonomous(): boolean {
    return !this.#crashed && this.time >= this.#handover;
  }
  get crashed(): boolean {
    return this.#crashed;
  }
  get gap(): boolean {
    return this.#gap;
  }
  get done(): boolean {
    const { times } = this.#options.path;
    return this.#frame >= times.length || times[this.#frame] - times[0] >= this.#options.seconds;
  }
  get progress(): number {
    return this.#frame / this.#options.path.times.length;
  }
  get displacement(): Displacement {
    return { offset: this.#offset, heading: this.#heading };
  }

  get motion(): Motion {
    const { path } = this.#options;
    const { x, y, heading } = this.#path;
    return {
      x: x - this.#offset * Math.sin(heading),
      y: y + this.#offset * Math.cos(heading),
      heading: heading + this.#heading,
      speed: path.speed[this.#frame],
      curvature: Math.tan(this.#steering) / SALOON.wheelbase,
      steering: this.#steering,
      offset: this.#offset,
    };
  }

  /** Back to the recorded path, and along it. */
  ownCurvature(): number {
    const back = (-2 * (this.#offset + LOOK_AHEAD * Math.sin(this.#heading))) / LOOK_AHEAD ** 2;
    return this.#options.path.curvature[this.#frame] + back;
  }

  advance(curvature: number): void {
    const { times, speed, curvature: recorded } = this.#options.path;
    if (this.#crashed) {
      this.#crashed = false;
      this.#handover = this.time + TAKEOVER;
      this.#setBack();
    }
    const { autonomous } = this;
    const n = this.#frame++;
    if (this.#frame === times.length) return;
    const duration = times[n + 1] - times[n];
    this.#gap = duration > LONGEST_STEP;
    const steps = this.#gap ? 0 : Math.max(1, Math.ceil(duration / STEP - 1e-9));
    for (let k = 0; k < steps; k++) {
      const share = (k + 0.5) / steps;
      const mixed = (values: Float64Array) => values[n] + share * (values[n + 1] - values[n]);
      const own = mixed(recorded);
      if (!autonomous) this.#setBack(own);
      this.#step(autonomous ? curvature : own, own, mixed(speed), duration / steps);
    }
    if (this.#gap || !autonomous) this.#setBack();
    this.#crashed = autonomous && !this.#gap && this.#isLost();
  }

  #step(asked: number, recorded: number, speed: number, dt: number): void {
    const still = { x: 0, y: 0, heading: 0, speed, steering: this.#steering };
    const moved = stepCar(still, { curvature: asked, speed }, dt);
    const turned = speed * recorded * dt;
    const heading = this.#heading + moved.heading - turned;
    this.#offset += speed * dt * Math.sin((this.#heading + heading) / 2);
    this.#heading = heading;
    this.#steering = moved.steering;
    const { x, y, heading: along } = this.#path;
    this.#path = {
      x: x + speed * dt * Math.cos(along + turned / 2),
      y: y + speed * dt * Math.sin(along + turned / 2),
      heading: along + turned,
    };
  }

  #setBack(curvature = this.#options.path.curvature[this.#frame]): void {
    this.#offset = 0;
    this.#heading = 0;
    this.#steering = Math.atan(SALOON.wheelbase * curvature);
  }

  #isLost(): boolean {
    const { path, warp, box, unseen } = this.#options;
    if (warp.unseenShare(this.displacement, box) > unseen) return true;
    if (path.roadWidth === undefined || path.offset === undefined) return false;
    const place = { s: 0, offset: path.offset[this.#frame] + this.#offset };
    return beyondPavement(place, this.#heading, path.roadWidth / 2) > 0;
  }
}
