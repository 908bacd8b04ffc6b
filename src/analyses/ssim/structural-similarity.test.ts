import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { structuralSimilarity } from './structural-similarity.ts';

interface Recorded {
  readonly height: number;
  readonly width: number;
  readonly noise: number;
  readonly ssim: number;
}

// test/fixtures/ssim/make.py recorded it from scikit-image.
const recorded: Recorded[] = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/ssim/ssim.json', import.meta.url), 'utf8'),
);

it.each(recorded)('$height×$width, noise $noise: scikit-image’s $ssim', ({ height, width, noise, ssim }) => {
  const x = Float64Array.from({ length: height * width }, (_, i) => 0.5 + 0.5 * Math.sin(0.37 * i));
  const y = x.map((value, i) => Math.min(Math.max(value + noise * Math.sin(1.7 * i * i), 0), 1));
  expect(structuralSimilarity(x, y, height, width)).toBeCloseTo(ssim, 9);
  expect(structuralSimilarity(y, x, height, width)).toBeCloseTo(ssim, 9);
});

it('is 1 of equal maps, also of constant ones, and below 0 of opposite ones', () => {
  const flat = new Float32Array(400);
  expect(structuralSimilarity(flat, flat, 20, 20)).toBe(1);
  const wave = flat.map((_, i) => 0.5 + 0.5 * Math.sin(i));
  expect(structuralSimilarity(wave, wave, 20, 20)).toBeCloseTo(1, 12);
  expect(
    structuralSimilarity(
      wave,
      wave.map((value) => 1 - value),
      20,
      20,
    ),
  ).toBeLessThan(-0.5);
});

it('refuses maps smaller than its window, and of different sizes', () => {
  expect(() => structuralSimilarity(new Float32Array(100), new Float32Array(100), 10, 10)).toThrow(/11×11/);
  expect(() => structuralSimilarity(new Float32Array(400), new Float32Array(399), 20, 20)).toThrow(
    /400 and 399/,
  );
});
