import { expect, it } from 'vitest';
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
