/** What is said of a page that is large. */
import { expect, it } from 'vitest';
import { sizeWarning } from './widget.ts';

const options = { every: 2, width: 320, quality: 60 };
const page = (bytes: number, frame_bytes: number, map_bytes: number) => ({
  out: 'w.html',
  bytes,
  frame_bytes,
  map_bytes,
});

it('above 50 MB the --every that brings it below is named', () => {
  expect(sizeWarning(page(50e6, 49e6, 0), options)).toBeUndefined();
  // 121 MB of pictures, of which 49 of 50 have room beside 1 MB of numbers: every third of those that are there.
  const warning = sizeWarning(page(122e6, 115e6, 6e6), options);
  expect(warning).toContain('w.html has 122.0 MB');
  expect(warning).toContain('--every 6 ');
  for (const option of ['--width (here 320)', '--quality (here 60)', '--from', '--to', '--no_saliency']) {
    expect(warning).toContain(option);
  }
});
