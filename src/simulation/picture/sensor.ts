/**
 * What a camera's sensor makes of a picture: exposure, darker corners, and noise that grows with the square root of the
 * light (shot noise) above a floor (read noise). Works in place; the noise of a frame depends on seed and frame alone.
 */
import type { PixelBox } from '../../data/frames/crop.ts';
import { stream } from '../../random/stream.ts';
import type { Camera } from './camera.ts';
import type { Light } from './light.ts';
import { DEVIATES, NOISE_BITS, POINT, SensorKernel } from './sensor-kernel.ts';
import { hash } from './value-noise.ts';

/** Steps in which corners darken, and how dark the farthest is. */
const STEPS = 32;
const CORNER = 0.72;
/** The largest deviation and value that a number of the kernel's table holds: 8 grey levels and 512. */
const NOISE_MOST = 2 ** NOISE_BITS - 1;
const VALUE_MOST = 2 ** (31 - NOISE_BITS) - 1;

export class Sensor {
  readonly #kernel: SensorKernel;
  readonly #seed: number;
  #light: Light | undefined;

  /** @param seed - of the noise */
  constructor({ height, width }: Camera, seed: number) {
    this.#seed = seed;
    this.#kernel = new SensorKernel(height, width, STEPS);
    const { darkening, deviates } = this.#kernel;
    const corner = (width / 2) ** 2 + (height / 2) ** 2;
    for (let i = 0; i < darkening.length; i++) {
      const x = (i % width) - width / 2;
      const y = Math.floor(i / width) - height / 2;
      darkening[i] = Math.min(((x * x + y * y) / corner) * STEPS, STEPS - 1);
    }
    const draws = stream(seed, 'sensor');
    // 1 is 32.
    for (let i = 0; i < DEVIATES; i++) deviates[i] = Math.max(-127, Math.min(32 * draws.normal(), 127));
  }

  /**
   * value·exposure·darkening + noise(value)·deviate, for every byte.
   * @param frame - uint8 [H,W,3], changed in place
   * @param key - which frame; another key, other noise
   * @param box - the part that is wanted, whose rows alone are changed; not given: all
   */
  expose(light: Light, frame: Uint8Array, key: number, box?: PixelBox): void {
    this.#adjust(light);
    this.#kernel.expose(frame, (row) => (hash(key, row, this.#seed) * DEVIATES) | 0, box);
  }

  /** Tables of exposed values and of the noise's deviation, by value. */
  #adjust(light: Light): void {
    if (light === this.#light) return;
    this.#light = light;
    for (let value = 0; value < 256; value++) {
      const deviation = light.noise * Math.sqrt(0.25 + 0.75 * ((value * light.exposure) / 128));
      const noise = Math.min(Math.round((deviation / 32) * 2 ** POINT), NOISE_MOST);
      for (let step = 0; step < STEPS; step++) {
        const exposed = value * light.exposure * (1 - (1 - CORNER) * (step / STEPS));
        const shown = Math.min(Math.round((exposed + 0.5) * 2 ** POINT), VALUE_MOST);
        this.#kernel.table[step * 256 + value] = (shown << NOISE_BITS) | noise;
      }
    }
  }
}
