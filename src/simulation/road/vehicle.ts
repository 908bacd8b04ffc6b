/**
 * The car: a kinematic bicycle model, whose reference point is the middle of the rear axle. Steering follows its command
 * with a lag and no faster than its motor turns; speed within what engine and brakes can do. Tyres do not slip.
 * It knows no road; who decides where to steer is another's business: driver.ts, or a model in closed loop.
 *
 * x' = v·cos θ, y' = v·sin θ, θ' = v·κ with κ = tan(δ) / wheelbase.
 */

export interface Car {
  /** Distance of the axles, m. */
  readonly wheelbase: number;
  readonly width: number;
  /** Time constant of the steering, s, and its fastest turn, rad/s of the front wheels. */
  readonly steeringLag: number;
  readonly steeringRate: number;
  /** Largest angle of the front wheels, rad. */
  readonly steeringLimit: number;
  /** Largest acceleration and deceleration, m/s². */
  readonly acceleration: number;
  readonly braking: number;
}

/** A middle-sized saloon. */
export const SALOON: Car = {
  wheelbase: 2.7,
  width: 1.76,
  steeringLag: 0.12,
  steeringRate: 0.6,
  steeringLimit: 0.5,
  acceleration: 1.8,
  braking: 3,
};

export interface CarState {
  /** Of the rear axle's middle, m. */
  readonly x: number;
  readonly y: number;
  /** rad, counter-clockwise from x; not wrapped */
  readonly heading: number;
  /** m/s */
  readonly speed: number;
  /** Angle of the front wheels, rad, positive to the left. */
  readonly steering: number;
}

/** What the car is asked for. */
export interface CarCommand {
  /** 1/m, positive to the left */
  readonly curvature: number;
  /** m/s */
  readonly speed: number;
}

/** Curvature that the car drives at the moment, 1/m. */
export function drivenCurvature(state: CarState, car: Car = SALOON): number {
  return Math.tan(state.steering) / car.wheelbase;
}

/**
 * The state `dt` seconds later. Speed and steering angle change evenly over the step, and the car moves on the circle of
 * their means, so a constant command is followed exactly, whatever the step.
 */
export function stepCar(state: CarState, command: CarCommand, dt: number, car: Car = SALOON): CarState {
  const wanted = clamp(Math.atan(command.curvature * car.wheelbase), car.steeringLimit);
  const pulled = (wanted - state.steering) * (1 - Math.exp(-dt / car.steeringLag));
  const steering = state.steering + clamp(pulled, car.steeringRate * dt);
  const gain = command.speed - state.speed;
  const speed = state.speed + Math.min(Math.max(gain, -car.braking * dt), car.acceleration * dt);

  const distance = ((state.speed + speed) / 2) * dt;
  const turn = (distance * Math.tan((state.steering + steering) / 2)) / car.wheelbase;
  const chord = turn === 0 ? distance : (distance * Math.sin(turn / 2)) / (turn / 2);
  const direction = state.heading + turn / 2;
  return {
    x: state.x + chord * Math.cos(direction),
    y: state.y + chord * Math.sin(direction),
    heading: state.heading + turn,
    speed,
    steering,
  };
}

const clamp = (value: number, bound: number) => Math.min(Math.max(value, -bound), bound);
