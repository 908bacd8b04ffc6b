/** What lies in the page and what is read out of it again; which drives are found; time lines. The page itself: test/e2e/widget.test.ts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDrive } from '../../../test/made-drives.ts';
import { base64, blockJson, neuronLevels } from './data-blocks.ts';
import { driveTimes, framesWithin } from './drive-times.ts';
import { findDrives } from './find-drives.ts';
import type { PageDrive } from './layout.ts';
import { colourOf, RAMP } from './page/ramp.ts';
import { crashBeside, figure, frameAt, neighbour, placeOf, seriesOf } from './page/series.ts';
import { framePicture, mapPicture } from './pictures.ts';

/** A drive in the page. */
function pageDrive(times: readonly number[], more: Partial<PageDrive> = {}): string {
  const drive: PageDrive = {
    title: 'wm',
    facts: [],
    group: 'run 1',
    frames: times.length,
    first: 0,
    every: 1,
    width: 8,
    height: 4,
    times: base64(Float32Array.from(times)),
    hasMaps: false,
    framesOf: 0,
    curves: [],
    crashes: [],
    gaps: [],
    remarks: [],
    ...more,
  };
  return blockJson(drive);
}

describe('numbers in the page', () => {
  it('states come back within a step of their neuron’s range; what is not finite as NaN', () => {
    const numbers = fc.float({ noDefaultInfinity: false, min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(numbers, { minLength: 1, maxLength: 40 }),
        (U, list) => {
          const values = Float32Array.from(
            { length: Math.ceil(list.length / U) * U },
            (_, i) => list[i % list.length],
          );
          const names = Array.from({ length: U }, (_, u) => `neuron ${u}`);
          const N = values.length / U;
          const json = pageDrive(
            Array.from({ length: N }, (_, n) => n),
            { neurons: neuronLevels(values, names) },
          );
          const { neurons } = seriesOf(json);
          for (const [i, value] of values.entries()) {
            const found = neurons?.value(Math.floor(i / U), i % U) as number;
            if (!Number.isFinite(value)) {
              expect(found).toBeNaN();
              continue;
            }
            const range = (neurons?.high[i % U] as number) - (neurons?.low[i % U] as number);
            expect(Math.abs(found - value)).toBeLessThanOrEqual(range / 65534 + Math.abs(value) * 1e-6);
          }
        },
      ),
    );
  });

  it('constant neurons, and such that never have a number', () => {
    const values = Float32Array.of(3, Number.NaN, 3, Number.POSITIVE_INFINITY);
    const { neurons } = seriesOf(pageDrive([0, 1], { neurons: neuronLevels(values, ['a', 'b']) }));
    expect([neurons?.value(0, 0), neurons?.share(1, 0)]).toEqual([3, 0]);
    expect([neurons?.value(0, 1), neurons?.share(1, 1), neurons?.low[1]]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it('no name ends the block that it stands in', () => {
    const name = '</script><script>alert(1)</script><!-- \u2028 &amp;';
    const json = pageDrive([0], { title: name, facts: [name], remarks: [name] });
    expect(json).not.toMatch(/[<>&\u2028]/);
    expect(seriesOf(json).info.title).toBe(name);
  });

  it('curves and switches are read as they were', () => {
    const values = Float32Array.of(1.5, Number.NaN, -2);
    const json = pageDrive([5, 6, 7], {
      curves: [{ name: 'wm', isModel: true, values: base64(values) }],
      autonomous: base64(Uint8Array.of(1, 0, 1)),
    });
    const series = seriesOf(json);
    expect([series.start, series.end]).toEqual([5, 7]);
    expect(Array.from(series.curves[0].values)).toEqual([1.5, Number.NaN, -2]);
    expect(Array.from(series.autonomous ?? [])).toEqual([1, 0, 1]);
  });
});

describe('time in the page', () => {
  const times = Float32Array.of(0, 0.1, 0.2, 0.5);
  it('the frame of a time is the last that was seen', () => {
    expect([-1, 0, 0.09, 0.1, 0.3, 9].map((time) => frameAt(times, time))).toEqual([0, 0, 0, 1, 2, 3]);
  });

  it('steps go through the frames of all drives, whatever their rates', () => {
    const drives = [{ times }, { times: Float32Array.of(0, 0.15, 0.7) }];
    const walk = (from: number, direction: 1 | -1) => {
      const seen = [from];
      for (;;) {
        const next = neighbour(drives, seen[seen.length - 1], direction);
        if (next === seen[seen.length - 1]) return seen.map((time) => Number(time.toFixed(2)));
        seen.push(next);
      }
    };
    expect(walk(0, 1)).toEqual([0, 0.1, 0.15, 0.2, 0.5, 0.7]);
    expect(walk(0.7, -1)).toEqual([0.7, 0.5, 0.2, 0.15, 0.1, 0]);
  });

  it('crashes of all drives, in their order', () => {
    const drives = [[1, 3], [2]].map((crashes) => seriesOf(pageDrive([0, 1, 2, 3], { crashes })));
    expect(crashBeside(drives, 0, 1)).toBe(1);
    expect(crashBeside(drives, 1, 1)).toBe(2);
    expect(crashBeside(drives, 3, -1)).toBe(2);
    expect([crashBeside(drives, 3, 1), crashBeside(drives, 1, -1)]).toEqual([undefined, undefined]);
  });

  it('places in the address', () => {
    expect(placeOf('#t=12.5&show=0,2')).toEqual({ time: 12.5, show: [0, 2] });
    expect(placeOf('')).toEqual({});
    expect(placeOf('#t=x&show=a,-1,')).toEqual({});
  });

  it('gaps and times that go back take a frame’s time, and are marked', () => {
    const { times, gaps } = driveTimes(6, Float64Array.of(7, 7.1, 7.2, 90, 90.1, 5), 30);
    expect(Array.from(times, (time) => Number(time.toFixed(3)))).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(gaps).toEqual([3, 5]);
    expect(Array.from(driveTimes(3, undefined, 10).times)).toEqual([0, 0.1, 0.2]);
    expect(Array.from(driveTimes(2, Float64Array.of(4, 9), 10).times)).toEqual([0, 0.1]);
  });

  it('a range of time', () => {
    const times = Float64Array.of(0, 1, 2, 3);
    expect(framesWithin(times, 0, Number.POSITIVE_INFINITY)).toEqual({ first: 0, end: 4 });
    expect(framesWithin(times, 0.5, 2)).toEqual({ first: 1, end: 3 });
    const none = [framesWithin(times, 4, 9), framesWithin(times, 1.2, 1.8)];
    for (const { first, end } of none) expect(first).toBe(end);
  });
});

it('figures have three digits', () => {
  expect([0, 0.0123, -1.234, 12.34, -1234.5, -0.0001, Number.NaN].map(figure)).toEqual([
    '0.00',
    '0.012',
    '−1.23',
    '12.3',
    '−1235',
    '−0.00010',
    '–',
  ]);
});

it('colours grow brighter all the way, and what is no number has one of its own', () => {
  const brightness = Array.from({ length: 256 }, (_, n) => {
    return 0.2126 * RAMP[3 * n] + 0.7152 * RAMP[3 * n + 1] + 0.0722 * RAMP[3 * n + 2];
  });
  for (let n = 1; n < 256; n++) expect(brightness[n]).toBeGreaterThan(brightness[n - 1] - 0.5);
  expect(colourOf(0)).toBe('rgb(0, 34, 78)');
  expect(colourOf(1)).toBe('rgb(254, 232, 56)');
  expect(colourOf(Number.NaN)).toBe('rgb(204, 121, 167)');
});

it('pictures are WebP of the size asked for, and show what was given', async () => {
  const rgb = Uint8Array.from({ length: 40 * 80 * 3 }, (_, i) => [200, 40, 40][i % 3]);
  const decoded = async (text: string) => {
    const { data, info } = await sharp(Buffer.from(text, 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  };
  const frame = await decoded(await framePicture(rgb, { width: 80, height: 40 }, { width: 60, quality: 60 }));
  expect([frame.width, frame.height]).toEqual([60, 30]);
  expect(Math.abs(frame.data[0] - 200)).toBeLessThan(12);
  const large = await decoded(
    await framePicture(rgb, { width: 80, height: 40 }, { width: 320, quality: 60 }),
  );
  expect([large.width, large.height]).toEqual([80, 40]);
  const map = await decoded(await mapPicture(new Float32Array(78 * 200).fill(1, 0, 39 * 200)));
  expect([map.width, map.height]).toEqual([100, 39]);
  expect(map.data[0]).toBeGreaterThan(240);
  expect(map.data[map.data.length - 1]).toBeLessThan(15);
});

describe('which drives are found', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'widget-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('those of a folder with frames; others are named', async () => {
    const attributes = { model: 'wm', checkpoint: 'w', noise: 0.2, noise_seed: 7, run: 2, road_seed: 1 };
    await makeDrive(join(root, 'a.h5'), { attributes });
    await makeDrive(join(root, 'b.h5'), { attributes: { ...attributes, noise: 0 } });
    await makeDrive(join(root, 'c.h5'), { attributes, hasFrames: false });
    await makeDrive(join(root, 'd.h5'));
    const { drives, notes } = await findDrives([root]);
    expect(drives.map(({ group }) => group)).toEqual(['run 2, noise 0.2', 'run 2, noise 0']);
    expect(drives[0]).toMatchObject({ kind: 'recorded', model: 'wm', noise: { sigma: 0.2, seed: 7 } });
    expect(drives[1].noise).toBeUndefined();
    expect(notes[0]).toContain('c.h5 holds no camera frames; `ncp-train drive --record all`');
    expect(notes[1]).toContain(`\`ncp-train replay CHECKPOINT ${join(root, 'd.h5')}\``);
    await expect(findDrives([join(root, 'c.h5')])).rejects.toThrow('holds no camera frames');
  });

  it('replay and saliency of the same are one drive, also where the folders were moved together', async () => {
    const record = {
      checkpoint: 'runs/w.safetensors',
      model: 'wm',
      recording: 'data/drive.h5',
      noise: null,
    };
    for (const name of ['replay', 'saliency']) {
      mkdirSync(join(root, 'out', name), { recursive: true });
      writeFileSync(
        join(root, 'out', name, `${name}.json`),
        JSON.stringify({ ...record, out: `out/${name}`, ...(name === 'replay' ? { compat: 'none' } : {}) }),
      );
    }
    for (const folder of ['runs', 'data']) mkdirSync(join(root, folder));
    writeFileSync(join(root, 'runs/w.safetensors'), '');
    writeFileSync(join(root, 'data/drive.h5'), '');
    const { drives } = await findDrives([join(root, 'out')]);
    expect(drives).toHaveLength(1);
    expect(drives[0]).toMatchObject({
      kind: 'replayed',
      group: 'drive.h5',
      noise: undefined,
      recording: join(root, 'data/drive.h5'),
      checkpoint: join(root, 'runs/w.safetensors'),
    });
  });

  it('what is none is refused in words', async () => {
    writeFileSync(join(root, 'replay.json'), '{"model": "wm"');
    await expect(findDrives([root])).rejects.toThrow('replay.json cannot be read');
    writeFileSync(join(root, 'replay.json'), '{"model": "wm"}');
    await expect(findDrives([root])).rejects.toThrow(
      /does not say what was run: .*; run `ncp-train replay` again/,
    );
    rmSync(join(root, 'replay.json'));
    await expect(findDrives([root])).rejects.toThrow('there is no drive to look through in it');
    await expect(findDrives([join(root, 'nowhere')])).rejects.toThrow('there is no such file or folder');
    writeFileSync(join(root, 'x.npz'), '');
    await expect(findDrives([join(root, 'x.npz')])).rejects.toThrow(
      /after `ncp-train replay CHECKPOINT .*x.npz`/,
    );
  });
});
