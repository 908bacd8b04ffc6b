import { describe, expect, it } from 'vitest';
import { camera, project } from './camera.ts';
import { Renderer } from './render.ts';
import { createScene } from './scene.ts';
import { Sensor } from './sensor.ts';

const HEIGHT = 250;
const WIDTH = 400;
const scenes = ['a', 'b'].map((name) =>
  createScene({ kind: 'passive', seed: 1, key: [name], length: 200, height: HEIGHT, width: WIDTH }),
);
const [scene] = scenes;
const renderer = new Renderer(scene.camera);

function rendered(pose = { x: 5, y: 0, heading: 0 }, of = scene, near?: number): Uint8Array {
  const out = new Uint8Array(HEIGHT * WIDTH * 3);
  renderer.render(of, pose, of.light, out, near);
  return out;
}

/** Of the brightest of three columns around (u, v), the mean of its channels. */
function brightness(frame: Uint8Array, { u, v }: { u: number; v: number }): number {
  const at = (Math.round(v) * WIDTH + Math.round(u)) * 3;
  const columns = [at - 3, at, at + 3].map((i) => (frame[i] + frame[i + 1] + frame[i + 2]) / 3);
  return Math.max(...columns);
}

describe('a picture of a road', () => {
  it('shows its edge lines where the camera projects them, brighter than the pavement beside', () => {
    for (const each of scenes) {
      // Every road begins with 30 straight metres along x.
      const frame = rendered({ x: 5, y: each.style.lane, heading: 0 }, each);
      const edges = each.style.markings.filter(
        ({ dash, colour }) => dash === undefined && colour === 'white',
      );
      expect(edges.length).toBeGreaterThan(0);
      for (const { offset } of edges) {
        for (const ahead of [7, 9, 12]) {
          const left = offset - each.style.lane;
          const line = project(each.camera, { ahead, left });
          if (line.u < 3 || line.u > WIDTH - 4) continue;
          const beside = project(each.camera, { ahead, left: left - 0.5 * Math.sign(offset) });
          expect(brightness(frame, line)).toBeGreaterThan(1.25 * brightness(frame, beside));
        }
      }
    }
  });

  it('moves the lines as the car moves: 1 m to the right shifts them 1 m to the left', () => {
    const { offset } = scene.style.markings[scene.style.markings.length - 1]; // the left edge line
    const line = { ahead: 9, left: offset - scene.style.lane };
    const where = project(scene.camera, line);
    const shifted = project(scene.camera, { ...line, left: line.left + 1 });
    const from = (y: number) => rendered({ x: 5, y: scene.style.lane + y, heading: 0 });
    expect(brightness(from(0), where)).toBeGreaterThan(1.2 * brightness(from(-1), where));
    expect(brightness(from(-1), shifted)).toBeGreaterThan(1.2 * brightness(from(-2), shifted));
  });

  it('is the same whatever was drawn before, and with or without a hint', () => {
    const first = Buffer.from(rendered());
    rendered({ x: 80, y: 3, heading: 0.3 });
    expect(first.equals(rendered())).toBe(true);
    expect(first.equals(rendered(undefined, scene, 4))).toBe(true);
    const other = createScene({
      kind: 'passive',
      seed: 1,
      key: ['a'],
      length: 200,
      height: HEIGHT,
      width: WIDTH,
    });
    expect(first.equals(rendered(undefined, other))).toBe(true);
    expect(first.equals(rendered(undefined, scenes[1]))).toBe(false);
  });

  it('can be drawn in part: its pixels are the same', () => {
    for (const each of scenes) {
      const whole = rendered({ x: 40, y: 1, heading: 0.1 }, each);
      for (const box of [
        { left: 108, top: 122, right: 300, bottom: 197 },
        { left: 0, top: 0, right: 3, bottom: 150 },
        { left: 1, top: 99, right: 90, bottom: HEIGHT },
        { left: 350, top: 240, right: WIDTH, bottom: HEIGHT },
      ]) {
        const part = new Uint8Array(whole.length);
        renderer.render(each, { x: 40, y: 1, heading: 0.1 }, each.light, part, undefined, box);
        for (let v = box.top; v < box.bottom; v++) {
          const [from, to] = [(v * WIDTH + box.left) * 3, (v * WIDTH + box.right) * 3];
          expect(Buffer.from(part.subarray(from, to)).equals(whole.subarray(from, to))).toBe(true);
        }
      }
    }
  });

  it('can be taken from far beside the road, before it and behind it, in any direction', () => {
    for (const [x, y, heading] of [
      [-40, 0, 0],
      [700, 50, 1],
      [60, 80, -2],
      [30, 0, Math.PI],
    ]) {
      const frame = rendered({ x, y, heading });
      expect(new Set(frame).size).toBeGreaterThan(20);
    }
  });

  it('needs a frame of its size', () => {
    expect(() => renderer.render(scene, { x: 0, y: 0, heading: 0 }, scene.light, new Uint8Array(9))).toThrow(
      'a frame of 250×400 has 300000 bytes, got 9',
    );
  });

  it('needs no even size', () => {
    const odd = createScene({ kind: 'active', seed: 1, key: [], length: 50, height: 61, width: 99 });
    const out = new Uint8Array(61 * 99 * 3);
    new Renderer(odd.camera).render(odd, { x: 5, y: 0, heading: 0 }, odd.light, out);
    const lastColumn = Array.from({ length: 61 }, (_, v) => out[(v * 99 + 98) * 3 + 1]);
    expect(Math.min(...lastColumn)).toBeGreaterThan(0);
  });
});

describe('the sensor', () => {
  const sensor = new Sensor(camera(HEIGHT, WIDTH), 3);
  const light = { ...scene.light, exposure: 1, noise: 4 };
  const exposed = (value: number, key: number, changed = light) => {
    const frame = new Uint8Array(HEIGHT * WIDTH * 3).fill(value);
    sensor.expose(changed, frame, key);
    return frame;
  };
  /** Mean and deviation over 60×100 pixels in the middle, where nothing is darkened. */
  const middle = (frame: Uint8Array) => {
    const values: number[] = [];
    for (let v = 110; v < 140; v++) {
      for (let u = 170; u < 230; u++) values.push(frame[(v * WIDTH + u) * 3]);
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, deviation: Math.sqrt(square) };
  };

  it('adds noise of the light’s deviation at mid grey, less in the dark', () => {
    const grey = middle(exposed(128, 0));
    expect(grey.mean).toBeGreaterThan(126.5);
    expect(grey.mean).toBeLessThan(128.5);
    expect(grey.deviation).toBeGreaterThan(3.7);
    expect(grey.deviation).toBeLessThan(4.3);
    expect(middle(exposed(30, 0)).deviation).toBeLessThan(3.2);
  });

  it('exposes: a factor on every value, clipped at white', () => {
    expect(middle(exposed(100, 0, { ...light, exposure: 1.4, noise: 0 })).mean).toBeCloseTo(140, -0.5);
    expect(middle(exposed(200, 0, { ...light, exposure: 2, noise: 0 }))).toEqual({ mean: 255, deviation: 0 });
  });

  it('gives each frame noise of its own, and the same frame the same', () => {
    const frame = Buffer.from(exposed(128, 7));
    expect(frame.equals(exposed(128, 7))).toBe(true);
    expect(frame.equals(exposed(128, 8))).toBe(false);
  });

  it('exposes some rows as it does all, and leaves the others', () => {
    const [whole, part] = [exposed(128, 7), new Uint8Array(HEIGHT * WIDTH * 3).fill(128)];
    sensor.expose(light, part, 7, { left: 5, top: 10, right: 20, bottom: 30 });
    const [from, to] = [10 * WIDTH * 3, 30 * WIDTH * 3];
    const wanted = new Uint8Array(part.length).fill(128);
    wanted.set(whole.subarray(from, to), from);
    expect(Buffer.from(part).equals(wanted)).toBe(true);
  });

  it('darkens the corners', () => {
    const frame = exposed(200, 0, { ...light, noise: 0 });
    expect(frame[0]).toBeLessThan(150);
    expect(middle(frame).mean).toBeGreaterThan(198);
  });
});
