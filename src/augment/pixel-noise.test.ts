import { describe, expect, test } from 'vitest';
import { addPixelNoise, paperPixelNoise } from './pixel-noise.ts';

const SIZE = 9000;
const frame = (value: number) => new Uint8Array(SIZE).fill(value);

function noisy(value: number, index: number, sigma: number, seed = 1): Float32Array {
  const out = new Float32Array(SIZE);
  addPixelNoise(frame(value), index, { sigma, seed }, out);
  return out;
}

describe('pixel noise', () => {
  test('has the deviation that was asked for, in units of full brightness, and mean 0', () => {
    const out = noisy(128, 0, 0.1);
    const mean = out.reduce((sum, x) => sum + x, 0) / SIZE;
    const deviation = Math.sqrt(out.reduce((sum, x) => sum + (x - mean) ** 2, 0) / SIZE);
    expect(Math.abs(mean - 128)).toBeLessThan(5 * (25.5 / Math.sqrt(SIZE)));
    expect(deviation / 25.5).toBeCloseTo(1, 1);
  });

  test('stays within 0..255: half the draws on black are cut off, as on white', () => {
    for (const value of [0, 255]) {
      const out = noisy(value, 3, 0.3);
      expect(Math.min(...out)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...out)).toBeLessThanOrEqual(255);
      expect(out.filter((x) => x === value).length / SIZE).toBeCloseTo(0.5, 1);
    }
  });

  test('is a function of seed and frame number, whatever was drawn before', () => {
    const again = noisy(100, 7, 0.2);
    noisy(100, 8, 0.2);
    expect(noisy(100, 7, 0.2)).toEqual(again);
    expect(noisy(100, 8, 0.2)).not.toEqual(again);
    expect(noisy(100, 7, 0.2, 2)).not.toEqual(again);
  });

  test('of σ = 0 changes nothing', () => {
    expect(noisy(17, 0, 0)).toEqual(Float32Array.from(frame(17)));
  });
});

describe('the published scripts’ pixel noise', () => {
  // np.random.RandomState(12345).normal(0, 1, 5)
  const NUMPY = [-0.20470766, 0.47894334, -0.51943872, -0.5557303, 1.96578057];

  test('is NumPy’s from seed 12345 on, clipped and cut to whole numbers', () => {
    const disturb = paperPixelNoise(0.1);
    const out = new Float32Array(5);
    disturb(Uint8Array.of(100, 100, 100, 100, 250), true, out);
    // 100/255 − 0.0204708 = 0.3716861, ×255 = 94.78 → 94; … 250/255 + 0.1966 > 1 → 255
    const expected = NUMPY.slice(0, 4).map((z) => Math.floor(100 + 25.5 * z));
    expect([...out]).toEqual([...expected, 255]);
  });

  test('goes on from frame to frame, and starts anew where it is told to', () => {
    const disturb = paperPixelNoise(0.2);
    const [first, second, third] = [0, 0, 0].map(() => new Float32Array(SIZE));
    disturb(frame(90), true, first);
    disturb(frame(90), false, second);
    disturb(frame(90), true, third);
    expect(second).not.toEqual(first);
    expect(third).toEqual(first);
  });
});
