/**
 * The crop against the frames that the published scripts cropped with OpenCV (test/golden/README.md, "crop.h5"), byte by
 * byte. Frames too large to be stored are made again from their formula and checked by their SHA-256.
 */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CROP_BYTES, cropBox, cropInto, cropPlan } from '../src/data/frames/crop.ts';
import { Fixture } from './golden.ts';

const crops = new Fixture('crop.h5');
const names = crops.keys('/');

/** The source frame of a group, [height, width, 3] uint8. */
function source(name: string, height: number, width: number): Uint8Array {
  const q = Array.from(crops.attribute(name, 'q') as Iterable<number | bigint>, Number);
  const waves = String(crops.attribute(name, 'formula')).startsWith('u(i,j,c)');
  const frame = new Uint8Array(height * width * 3);
  for (let i = 0, at = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      for (let c = 0; c < 3; c++, at++) {
        if (waves) {
          const u = ((i * q[0] + j * q[1] + c * q[2] + q[3]) >> 2) & 511;
          frame[at] = u < 256 ? u : 511 - u;
        } else {
          frame[at] = ((i * i * q[0] + j * j * q[1] + i * j * q[2] + c * q[3] + q[4]) >> 4) & 255;
        }
      }
    }
  }
  return frame;
}

test('there are frames of several sizes', () => {
  expect(names.length).toBeGreaterThanOrEqual(4);
});

test.each(names)('the crop of %s is that of the published scripts, to the byte', (name) => {
  const height = Number(crops.attribute(name, 'height'));
  const width = Number(crops.attribute(name, 'width'));
  const frame = source(name, height, width);
  expect(createHash('sha256').update(frame).digest('hex')).toBe(crops.attribute(name, 'sha256'));

  const { top, bottom, left, right } = cropBox('paper', height, width);
  const box = Array.from(crops.attribute(name, 'box') as Iterable<number | bigint>, Number);
  expect([top, bottom, left, right]).toEqual(box);

  const out = new Uint8Array(CROP_BYTES);
  cropInto(cropPlan('paper', height, width), frame, 0, out, 0, 'rgb');
  const expected = crops.get(`${name}/cropped`).data;
  expect(out.length).toBe(expected.length);
  const differing = out.reduce((count, value, i) => count + (value === expected[i] ? 0 : 1), 0);
  console.log(`${name.padEnd(20)} ${differing} of ${out.length} bytes differ`);
  expect(differing).toBe(0);
});
