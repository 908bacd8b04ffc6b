import { expect, test } from 'vitest';
import { hyphenated } from './main.ts';

test('options are accepted with underscores, their values and what follows -- stay as they are', () => {
  const given = ['passive', '--experiment_id=a_b', '--base_path', 'my_runs', '--', '--not_an_option'];
  const expected = ['passive', '--experiment-id=a_b', '--base-path', 'my_runs', '--', '--not_an_option'];
  expect(hyphenated(given)).toEqual(expected);
});
