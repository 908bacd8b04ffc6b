import { expect, it } from 'vitest';
import { stream } from '../../random/stream.ts';
import { DEVIATES, NOISE_BITS, POINT, SensorKernel } from './sensor-kernel.ts';

it('reckons value + noise · deviate for every byte, around the end of the deviates', () => {
  const [height, width, steps] = [5, 7, 3];
  const draws = stream(3, 'sensor kernel');
  const kernel = new SensorKernel(height, width, steps);
  const { table, deviates, darkening } = kernel;
  for (let i = 0; i < table.length; i++) {
    table[i] = (draws.integer(0, 2 ** 20) << NOISE_BITS) | draws.integer(0, 2 ** NOISE_BITS);
  }
  for (let i = 0; i < DEVIATES; i++) deviates[i] = draws.integer(-127, 128);
  for (let i = 0; i < darkening.length; i++) darkening[i] = draws.integer(0, steps);
  const frame = Uint8Array.from({ length: 3 * height * width }, () => draws.integer(0, 256));
  const firsts = [0, 99, DEVIATES - 3, DEVIATES - 7, DEVIATES - 1];
  const expected = frame.map((value, i) => {
    const pixel = Math.floor(i / 3);
    const number = table[darkening[pixel] * 256 + value];
    const deviate = deviates[(firsts[Math.floor(pixel / width)] + (pixel % width)) % DEVIATES];
    const noisy = ((number >> NOISE_BITS) + (number & (2 ** NOISE_BITS - 1)) * deviate) >> POINT;
    return Math.max(0, Math.min(noisy, 255));
  });
  kernel.expose(frame, (row) => firsts[row]);
  expect(frame).toEqual(expected);
});
