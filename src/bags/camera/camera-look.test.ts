import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type MadeTopic, rawCamera, writeBag } from '../../../test/made-bag.ts';
import { UsageError } from '../../errors.ts';
import { openBag } from '../read/open-bag.ts';
import { lookText, lookThrough } from './camera-look.ts';
import type { YuvRange } from './yuv.ts';

const folder = mkdtempSync(join(tmpdir(), 'ncp-look-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;

async function lookOf(camera: MadeTopic, named: { yuvRange?: YuvRange; bits?: number } = {}) {
  const bag = await openBag(await writeBag(join(folder, `${made++}.mcap`), [camera]));
  const look = await lookThrough(bag, camera.name, named);
  await bag.close();
  return look;
}

/** Grey ramps in yuyv, of 256 pixels each. */
const ramps = (...ends: readonly (readonly [number, number])[]) =>
  rawCamera(
    '/cam',
    ends.map(([from, to]) => ({
      height: 1,
      width: 256,
      encoding: 'yuyv',
      data: Uint8Array.from({ length: 512 }, (_, i) =>
        i % 2 === 0 ? Math.round(from + ((to - from) * (i >> 1)) / 255) : 128,
      ),
    })),
  );

test.each([
  ['studio', 'the brightness of the first picture fills 16 to 235', [[16, 235]]],
  [
    'full',
    'the brightness of the first 2 pictures leaves studio range',
    [
      [16, 235],
      [0, 255],
    ],
  ],
  ['full', 'say which it is: --yuv_range studio or full', [[60, 180]]],
] as const)('pictures in YUV are taken for %s range: %s', async (yuvRange, why, ends) => {
  const look = await lookOf(ramps(...ends));
  expect(look).toMatchObject({ topic: '/cam', encoding: 'yuyv', height: 1, width: 256, yuvRange });
  expect(look && lookText(look)).toContain(`/cam: 1×256, yuyv, ${yuvRange} range`);
  expect(look?.remark).toContain(why);
});

test('the range that is named counts', async () => {
  expect(await lookOf(ramps([0, 255]), { yuvRange: 'studio' })).toMatchObject({
    yuvRange: 'studio',
    remark: 'studio range, as --yuv_range says',
  });
});

test('a picture that is not whole says nothing of the others', async () => {
  const { messages } = ramps([16, 235], [16, 235]);
  const cut = { ...messages[0], data: Uint8Array.of(0, 0) };
  const look = await lookOf({ ...ramps([0, 0]), messages: [cut, messages[1]] });
  expect(look).toMatchObject({ encoding: 'yuyv', yuvRange: 'studio' });
  const none = await lookOf({ ...ramps([0, 0]), messages: [cut] });
  expect(none?.yuvRange).toBeUndefined();
  expect(none?.remark).toContain('the first picture cannot be read: 2 bytes are no 1×256 picture');
});

test('a range or a number of bits that says nothing of the pictures is refused', async () => {
  const grey = (encoding: string) =>
    rawCamera('/cam', [{ height: 1, width: 2, encoding, data: new Uint8Array(4) }]);
  const range = lookOf(grey('mono16'), { yuvRange: 'studio' });
  await expect(range).rejects.toThrow('--yuv_range: the pictures of /cam are mono16; it is of yuv422, uyvy');
  await expect(range).rejects.toBeInstanceOf(UsageError);
  const bits = lookOf(grey('mono8'), { bits: 12 });
  await expect(bits).rejects.toThrow(
    '--bits: the pictures of /cam are mono8; it is of pictures of 16 bits only',
  );
  await expect(bits).rejects.toBeInstanceOf(UsageError);
});

test('other encodings are named, and what is unusual about them', async () => {
  const picture = (encoding: string, value = 0xffff, bits?: number) => {
    const data = Uint8Array.of(value & 255, value >> 8, 0, 0);
    return lookOf(rawCamera('/cam', [{ height: 1, width: 2, encoding, data }]), { bits });
  };
  expect(await picture('mono16')).toEqual({ topic: '/cam', encoding: 'mono16', height: 1, width: 2 });
  expect((await picture('16UC1'))?.remark).toContain('by convention a depth in mm');
  expect((await picture('mono16', 4095))?.remark).toContain('--bits 12 keeps the levels');
  expect((await picture('mono16', 4096))?.remark).toContain('--bits 14 keeps the levels');
  expect((await picture('mono16', 4095, 12))?.remark).toBe(
    'of which the camera fills 12 bits, as --bits says',
  );
  expect((await picture('nv21'))?.remark).toContain('the encoding "nv21" is not read');
});
