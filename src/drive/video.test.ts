import { expect, it } from 'vitest';
import { MAP_SIZE } from '../analyses/saliency/maps.ts';
import { drawMap } from './saliency-layer.ts';
import { drawSteering } from './video.ts';

const [H, W] = [40, 60];

/** Columns of the bar. */
function bar(curvature: number, autonomous = true) {
  const picture = new Uint8Array(H * W * 3);
  drawSteering(picture, H, W, curvature, autonomous);
  const columns = Array.from({ length: W }, (_, u) => u).filter(
    (u) => picture[((H - 3) * W + u) * 3] === 255,
  );
  return {
    first: columns[0],
    last: columns[columns.length - 1],
    green: picture[((H - 3) * W + W / 2) * 3 + 1],
  };
}

it('draws the steering from the middle to the side to which the car turns, as far as it turns', () => {
  expect(bar(0)).toMatchObject({ first: 29, last: 31 });
  expect(bar(0.03)).toMatchObject({ first: 14, last: 31 });
  expect(bar(-0.06)).toMatchObject({ first: 29, last: 59 });
  expect(bar(9).first).toBe(0);
  expect(bar(0, false).green).not.toBe(bar(0).green);
});

it('draws what is salient in yellow into the part that the model sees, grey else, and leaves what is around it', () => {
  const picture = new Uint8Array(H * W * 3);
  for (let i = 0; i < picture.length; i += 3) picture.set([200, 100, 40], i);
  const map = new Float32Array(MAP_SIZE);
  for (let y = 0; y < 78; y++) map.fill(1, y * 200, y * 200 + 100); // the left half
  drawMap(picture, W, { left: 10, top: 8, right: 50, bottom: 30 }, map);
  const at = (u: number, v: number) => Array.from(picture.subarray((v * W + u) * 3, (v * W + u) * 3 + 3));
  for (const [u, v] of [
    [9, 10],
    [50, 10],
    [20, 7],
    [20, 30],
  ])
    expect(at(u, v)).toEqual([200, 100, 40]);
  expect(at(12, 10)).toEqual([240, 228, 66]);
  const [red, green, blue] = at(48, 29);
  expect([green, blue]).toEqual([red, red]);
  expect(() => drawMap(picture, W, { left: 0, top: 0, right: 9, bottom: 9 }, map.subarray(1))).toThrow(
    '15600',
  );
});
