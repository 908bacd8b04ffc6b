/**
 * A drive in the making: the car on its road, steered by the driver, second by second. Now and then something displaces
 * the car sideways, as a gust or a rut would, and the driver brings it back; so that recordings also show how to recover.
 */
import type { Stream } from '../../random/stream.ts';
import { type Driver, steer } from './driver.ts';
import { PAUSE, PUSH, type Push, pushSpeed } from './push.ts';
import type { Road, RoadPlace } from './road.ts';
import type { RoadStyle } from './road-kind.ts';
import { type Pace, speedProfile } from './speed-profile.ts';
import { type CarState, SALOON, stepCar } from './vehicle.ts';

/** Longest step of the simulation, s. */
const STEP = 1 / 120;
/** Gap that a displacement leaves between the car and the edge of the pavement, m. */
const MARGIN = 0.25;

export class Drive {
  readonly #road: Road;
  readonly #driver: Driver;
  readonly #profile: (s: number) => number;
  readonly #draws: Stream;
  readonly #offsets: readonly [number, number];
  #push: Push;
  #seconds = 0;
  #car: CarState;
  #place: RoadPlace;

  /** @param start - arc length of the start, m. @param draws - for the driver and the displacements */
  constructor(road: Road, style: RoadStyle, pace: Pace, start: number, draws: Stream) {
    this.#road = road;
    this.#draws = draws;
    this.#driver = { lane: style.lane, seed: draws.integer(0, 1e6) };
    this.#profile = speedProfile(road, pace);
    const reach = style.halfWidth - SALOON.width / 2 - MARGIN;
    this.#offsets = [Math.max(-reach, style.lane - 1.2), Math.min(reach, style.lane + 1.2)];
    this.#push = { start: draws.uniform(...PAUSE) / 2, duration: 1, distance: 0 };
    const { x, y, heading, curvature } = road.at(start);
    this.#place = { s: start, offset: style.lane };
    this.#car = {
      x: x - style.lane * Math.sin(heading),
      y: y + style.lane * Math.cos(heading),
      heading,
      speed: this.#profile(start),
      steering: Math.atan(SALOON.wheelbase * curvature),
    };
  }

  get car(): CarState {
    return this.#car;
  }

  /** Where on the road the car is. */
  get place(): RoadPlace {
    return this.#place;
  }

  /** Drives on. @param cap - a speed not to exceed, m/s */
  advance(seconds: number, cap = Number.POSITIVE_INFINITY): void {
    const steps = Math.max(Math.ceil(seconds / STEP), 1);
    for (let n = 0; n < steps; n++) this.#step(seconds / steps, cap);
  }

  /** The car stands still from now on until it is driven again. */
  halt(): void {
    this.#car = { ...this.#car, speed: 0 };
  }

  /** Sets the car beside its lane and askew, as it may be when a recording goes on. */
  displace(): void {
    const offset = this.#draws.uniform(...this.#offsets);
    const heading = this.#draws.uniform(-0.04, 0.04);
    this.#shift(offset - this.#place.offset);
    this.#car = { ...this.#car, heading: this.#car.heading + heading };
  }

  #step(dt: number, cap: number): void {
    const curvature = steer(this.#driver, this.#road, this.#car, this.#place, this.#seconds);
    const speed = Math.min(this.#profile(this.#place.s), cap);
    this.#car = stepCar(this.#car, { curvature, speed }, dt);
    this.#locate();
    this.#disturb(dt);
    this.#seconds += dt;
  }

  #disturb(dt: number): void {
    const { start, duration } = this.#push;
    const t = (this.#seconds - start) / duration;
    if (t < 0) return;
    if (t < 1) {
      const speed = pushSpeed(this.#push, this.#seconds);
      if (speed !== 0) this.#shift(speed * dt);
      return;
    }
    const target = this.#draws.uniform(...this.#offsets);
    this.#push = {
      start: this.#seconds + this.#draws.uniform(...PAUSE),
      duration: this.#draws.uniform(...PUSH),
      distance: target - this.#driver.lane,
    };
  }

  #shift(left: number): void {
    const { x, y, heading } = this.#car;
    this.#car = { ...this.#car, x: x - left * Math.sin(heading), y: y + left * Math.cos(heading) };
    this.#locate();
  }

  #locate(): void {
    this.#place = this.#road.nearest(this.#car.x, this.#car.y, this.#place.s);
  }
}
