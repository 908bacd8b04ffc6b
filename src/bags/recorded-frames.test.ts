import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/foreign-drives.ts';
import { openRecording } from '../data/recordings/recording.ts';
import { RecordedFrames } from './recorded-frames.ts';
import type { Signals } from './signals.ts';

test('frames that are left out begin a new sequence: not decoded ones, and those whose curvature is not known', async () => {
  const path = join(temporaryFolder(), 'a.h5');
  const signals = { quantities: {} } as Signals;
  // Not known from 1 s to 4 s.
  const curvature = {
    time: Float64Array.of(0, 0.5, 1, 4, 4.5, 5),
    value: Float64Array.of(0, 1, 2, 8, 9, 10),
    from: 'made',
  };
  const frames = await RecordedFrames.create(path, { height: 1, width: 2 }, { signals, curvature });
  const pixels = new Uint8Array(6);
  for (const [time, isGap] of [
    [0.1, true], // before the first frame there is nothing
    [0.2, false],
    [0.4, true],
    [0.5, false],
    [2, false],
    [3, false],
    [4.1, false],
    [4.2, false],
  ] as const) {
    frames.append(time, pixels, isGap);
  }
  expect((await frames.finish()).leftOut).toBe(2);
  const recording = await openRecording(path);
  expect(recording.info.frames).toBe(6);
  expect(recording.info.sequenceStarts).toEqual([2, 4]);
  recording.close();
});
