/**
 * A test drive: a car on a road, steered from outside, frame by frame. Speed follows the road's profile, as in the paper's
 * test drives somebody else kept it. When the car leaves the road (off-road.ts), that is a crash: autonomous mode goes off, the
 * safety driver sets the car back to the middle of its lane and drives for a moment, then autonomous mode goes on.
 * Knows no pictures and no models; the time of a frame is when its picture is taken, before anybody steers by it.
 */
import type { Stream } from '../../random/stream.ts';
import { type Driver, steer } from '../road/driver.ts';
import { beyondPavement } from '../road/off-road.ts';
import { PAUSE, PUSH, type Push, pushSpeed } from '../road/push.ts';
import type { Road, RoadPlace } from '../road/road.ts';
import type { RoadStyle } from '../road/road-kind.ts';
import { type Pace, speedProfile } from '../road/speed-profile.ts';
import { type CarState, drivenCurvature, SALOON, stepCar } from '../road/vehicle.ts';

/** Longest step of the simulation, s. */
const STEP = 1 / 120;
/** How long the safety driver drives after a crash, s. */
const TAKEOVER = 1;
/** Arc length of the first frame, m. */
export const TEST_START = 30;

export interface TestDriveOptions {
  readonly road: Road;
  readonly style: RoadStyle;
  readonly pace: Pace;
  /** Frames a second. */
  readonly rate: number;
  /** The drive ends where one of these is reached: metres along the road, seconds. */
  readonly distance: number;
  readonly seconds: number;
  /** How far the car is pushed sideways now and then, m; 0: never. */
  readonly push: number;
  /** Of the safety driver and the pushes. */
  readonly draws: Stream;
}

/** What the car does at the moment of a frame. */
export interface Motion {
  /** m */
  readonly x: number;
  readonly y: number;
  /** rad, not wrapped */
  readonly heading: number;
  /** m/s */
  readonly speed: number;
  /** Driven, 1/m, positive to the left. */
  readonly curvature: number;
  /** Angle of the front wheels, rad, positive to the left. */
  readonly steering: number;
  /** m to the left of the road's middle */
  readonly offset: number;
}

export class TestDrive {
  readonly #options: TestDriveOptions;
  readonly #profile: (s: number) => number;
  readonly #driver: Driver;
  #car: CarState;
  #place: RoadPlace;
  #push: Push;
  #frame = 0;
  /** Of the drive, when the safety driver hands over; in the past while the model drives. */
  #handover = Number.NEGATIVE_INFINITY;
  #crashed = false;

  constructor(options: TestDriveOptions) {
    this.#options = options;
    const { road, style, pace, draws } = options;
    this.#profile = speedProfile(road, pace);
    this.#driver = { lane: style.lane, seed: draws.integer(0, 1e6) };
    this.#push = this.#drawPush(0);
    this.#place = { s: TEST_START, offset: style.lane };
    this.#car = this.#inLane(TEST_START, this.#profile(TEST_START));
  }

  /** Number of the frame, from 0, and its time, s. */
  get frame(): number {
    return this.#frame;
  }
  get time(): number {
    return this.#frame / this.#options.rate;
  }

  /** Whether what `advance` is given steers the car from this frame on. */
  get autonomous(): boolean {
    return !this.#crashed && this.time >= this.#handover;
  }

  /** Whether this frame is the first after the car left the road: it still shows where it ended up. */
  get crashed(): boolean {
    return this.#crashed;
  }

  /** A simulated drive has no gaps. */
  readonly gap = false;

  get done(): boolean {
    const { distance, seconds, rate } = this.#options;
    return this.#place.s - TEST_START >= distance || this.#frame >= Math.ceil(seconds * rate - 1e-9);
  }

  /** Share of the drive that lies behind, 0..1. */
  get progress(): number {
    const { distance, seconds } = this.#options;
    return Math.min(1, Math.max((this.#place.s - TEST_START) / distance, this.time / seconds));
  }

  get car(): CarState {
    return this.#car;
  }

  get place(): RoadPlace {
    return this.#place;
  }

  get motion(): Motion {
    const { x, y, heading, speed, steering } = this.#car;
    const curvature = drivenCurvature(this.#car);
    return { x, y, heading, speed, curvature, steering, offset: this.#place.offset };
  }

  /** What the simulation's own driver would steer for, 1/m: who needs no pictures. */
  ownCurvature(seconds = this.time): number {
    return steer(this.#driver, this.#options.road, this.#car, this.#place, seconds);
  }

  /**
   * On to the next frame.
   * @param curvature - asked for, 1/m; without effect while the safety driver drives
   */
  advance(curvature: number): void {
    const { rate, style } = this.#options;
    if (this.#crashed) this.#setBack();
    const { autonomous } = this;
    const steps = Math.ceil(1 / rate / STEP - 1e-9);
    for (let n = 0; n < steps; n++) {
      const seconds = this.time + n / (rate * steps);
      this.#step(
        autonomous ? curvature : this.ownCurvature(seconds),
        seconds,
        1 / (rate * steps),
        autonomous,
      );
    }
    this.#frame++;
    this.#crashed = autonomous && beyondPavement(this.#place, this.#angle(), style.halfWidth) > 0;
  }

  #step(curvature: number, seconds: number, dt: number, pushed: boolean): void {
    const speed = this.#profile(this.#place.s);
    this.#car = stepCar(this.#car, { curvature, speed }, dt);
    if (pushed) {
      const left = pushSpeed(this.#push, seconds) * dt;
      const { x, y, heading } = this.#car;
      this.#car = { ...this.#car, x: x - left * Math.sin(heading), y: y + left * Math.cos(heading) };
    }
    if (seconds >= this.#push.start + this.#push.duration) this.#push = this.#drawPush(seconds);
    this.#place = this.#options.road.nearest(this.#car.x, this.#car.y, this.#place.s);
  }

  /** The safety driver: the car in its lane where it left the road, at the road's speed. */
  #setBack(): void {
    this.#crashed = false;
    this.#handover = this.time + TAKEOVER;
    this.#car = this.#inLane(this.#place.s, this.#profile(this.#place.s));
    this.#place = { s: this.#place.s, offset: this.#options.style.lane };
  }

  #inLane(s: number, speed: number): CarState {
    const { road, style } = this.#options;
    const { x, y, heading, curvature } = road.at(s);
    return {
      x: x - style.lane * Math.sin(heading),
      y: y + style.lane * Math.cos(heading),
      heading,
      speed,
      steering: Math.atan((SALOON.wheelbase * curvature) / (1 - curvature * style.lane)),
    };
  }

  /** Of the car to the road, rad. */
  #angle(): number {
    return this.#car.heading - this.#options.road.at(this.#place.s).heading;
  }

  #drawPush(after: number): Push {
    const { push, draws } = this.#options;
    const start = after + draws.uniform(...PAUSE);
    const duration = draws.uniform(...PUSH);
    return { start, duration, distance: draws.uniform() < 0.5 ? push : -push };
  }
}
