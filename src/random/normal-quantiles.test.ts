import { expect, it } from 'vitest';
import { normalQuantiles } from './normal-quantiles.ts';

it('are those of NormalDist.inv_cdf of Python’s statistics', () => {
  const quantiles = normalQuantiles();
  // NormalDist().inv_cdf((i + 0.5) / 65536)
  const expected = {
    65535: 4.324919040826,
    65000: 2.401182965607,
    50000: 0.715814601801,
    32768: 1.9124056e-5,
  };
  for (const [i, z] of Object.entries(expected)) {
    expect(quantiles[Number(i)]).toBeCloseTo(z, 6);
    expect(quantiles[65535 - Number(i)]).toBeCloseTo(-z, 6);
  }
});

it('grow, with the moments 0, 1, 0, 3 of the distribution', () => {
  const quantiles = normalQuantiles();
  expect(quantiles.every((z, i) => i === 0 || z > quantiles[i - 1])).toBe(true);
  const moment = (power: number) => quantiles.reduce((sum, z) => sum + z ** power, 0) / quantiles.length;
  expect(moment(1)).toBeCloseTo(0, 6);
  expect(moment(2)).toBeCloseTo(1, 3);
  expect(moment(3)).toBeCloseTo(0, 6);
  expect(moment(4)).toBeCloseTo(3, 1);
});
