/**
 * What a camera's sensor makes of a picture: exposure, darker corners, and noise that grows with the square root of the
 * light (shot noise) above a floor (read noise). Works in place; the noise of a frame depends on seed and frame alone.
 */
import { stream } from '../random/stream.ts';
import type { Camera } from './camera.ts';
import type { Light } from './light.ts';
import { hash } from './value-noise.ts';

/** Numbers of the table of normal deviates; a power of two. */
const DEVIATES = 65_536;
/** Steps in which corners darken, and how dark the farthest is. */
const STEPS = 32;
const CORNER = 0.72;
/** Binary places of the fixed-point tables. */
const POINT = 12;
/** Noise and value share 31 bits, which holds deviations below 8 grey levels and values below 512. */
const NOISE_BITS = 10;
const NOISE_MOST = 2 ** NOISE_BITS - 1;
const VALUE_MOST = 2 ** (31 - NOISE_BITS) - 1;

export class Sensor {
  readonly #width: number;
  /** For every pixel its step of darkening. */
  readonly #darkening: Uint8Array;
  /** Normal deviates, 1 is 32. */
  readonly #deviates: Int8Array;
  /** By step of darkening and value: the exposed value, and in the lowest ten bits the noise's deviation; fixed point. */
  readonly #values = new Int32Array(STEPS * 256);
  readonly #seed: number;
  #light: Light | undefined;

  /** @param seed - of the noise */
  constructor(eye: Camera, seed: number) {
    this.#width = eye.width;
    this.#seed = seed;
    const corner = (eye.width / 2) ** 2 + (eye.height / 2) ** 2;
    this.#darkening = Uint8Array.from({ length: eye.height * eye.width }, (_, i) => {
      const x = (i % eye.width) - eye.width / 2;
      const y = Math.floor(i / eye.width) - eye.height / 2;
      return Math.min(((x * x + y * y) / corner) * STEPS, STEPS - 1);
    });
    const draws = stream(seed, 'sensor');
    this.#deviates = Int8Array.from({ length: DEVIATES }, () =>
      Math.max(-127, Math.min(32 * draws.normal(), 127)),
    );
  }

  /**
   * @param frame - uint8 [H,W,3], changed in place
   * @param key - which frame; another key, other noise
   */
  expose(light: Light, frame: Uint8Array, key: number): void {
    this.#adjust(light);
    const values = this.#values;
    const deviates = this.#deviates;
    const darkening = this.#darkening;
    const width = this.#width;
    const out = new Uint8ClampedArray(frame.buffer, frame.byteOffset, frame.length);
    for (let pixel = 0, i = 0, v = 0; i < frame.length; v++) {
      let k = (hash(key, v, this.#seed) * DEVIATES) | 0;
      for (const end = pixel + width; pixel < end; pixel++, k++, i += 3) {
        const step = darkening[pixel] << 8;
        const deviate = deviates[k & (DEVIATES - 1)];
        const r = values[step | out[i]];
        const g = values[step | out[i + 1]];
        const b = values[step | out[i + 2]];
        out[i] = ((r >> NOISE_BITS) + (r & NOISE_MOST) * deviate) >> POINT;
        out[i + 1] = ((g >> NOISE_BITS) + (g & NOISE_MOST) * deviate) >> POINT;
        out[i + 2] = ((b >> NOISE_BITS) + (b & NOISE_MOST) * deviate) >> POINT;
      }
    }
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
        this.#values[step * 256 + value] = (shown << NOISE_BITS) | noise;
      }
    }
  }
}
