import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { archive, npz } from '../../../test/npz.ts';
import { DataError } from '../../errors.ts';
import { npyHeader, parseNpyHeader } from '../../files/npy.ts';
import { openCroppedFrames } from '../frames/cropped-frames.ts';
import { openNpzRecording } from './npz-recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'ncp-npz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [N, H, W] = [5, 7, 9];
const camera = Uint8Array.from({ length: N * H * W * 3 }, (_, i) => (i * 7) % 256);
const auto = Uint8Array.of(0, 1, 1, 0, 1);

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe.each([true, false])('an .npz, compressed: %s', (compressed) => {
  it('gives its frames in any order, and where autonomous mode was on', async () => {
    const path = written(`a${compressed}.npz`, npz({ camera, auto }, [N, H, W, 3], compressed));
    const recording = await openNpzRecording(path);
    expect([recording.frames, recording.height, recording.width]).toEqual([N, H, W]);
    expect([...recording.autonomous]).toEqual([...auto]);
    const perFrame = H * W * 3;
    for (const [first, count] of [
      [0, 2],
      [2, 3],
      [4, 1],
      [1, 2],
      [0, 5],
    ]) {
      const out = new Uint8Array(count * perFrame);
      await recording.readFrames(first, out);
      expect(Buffer.compare(out, camera.subarray(first * perFrame, (first + count) * perFrame))).toBe(0);
    }
    recording.close();
  });
});

it.each<[string, ArrayBufferView]>([
  ['|b1', auto],
  ['<i8', BigInt64Array.from(auto, BigInt)],
  ['<f4', Float32Array.from(auto)],
  ['<u2', Uint16Array.from(auto)],
])('an .npz may have its switch as %s', async (type, values) => {
  const header = npyHeader('<f4', [N]).toString('latin1').replace('<f4', type);
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const path = written(
    'switch.npz',
    archive({
      camera: Buffer.concat([npyHeader('|u1', [N, H, W, 3]), camera]),
      auto: Buffer.concat([Buffer.from(header, 'latin1'), bytes]),
    }),
  );
  const recording = await openNpzRecording(path);
  expect([...recording.autonomous]).toEqual([...auto]);
  recording.close();
});

describe('a faulty .npz', () => {
  const faults: [string, () => Uint8Array, RegExp][] = [
    ['no archive', () => Buffer.from('something else, and long enough for a zip file'), /no NumPy archive/],
    [
      'without camera',
      () => archive({ auto: Buffer.concat([npyHeader('|u1', [1]), Buffer.of(1)]) }),
      /no array camera; the archive holds auto/,
    ],
    [
      'of another type',
      () => npz({ camera, auto }, [N, H, W, 3], false, '<f4'),
      /<f4 \[5,7,9,3\], expected uint8/,
    ],
    [
      'of another shape',
      () => npz({ camera, auto }, [N, H * 3, W, 1], false),
      /\[5,21,9,1\], expected uint8/,
    ],
    [
      'with too few switches',
      () => npz({ camera, auto: auto.subarray(0, 4) }, [N, H, W, 3], false),
      /expected bool or other numbers \[5\]/,
    ],
    ['cut short', () => npz({ camera, auto }, [N, H, W, 3], false).subarray(0, 400), /no NumPy archive/],
  ];
  it.each(faults)('%s is a DataError that says so', async (name, bytes, message) => {
    const path = written(`${name}.npz`, bytes());
    await expect(openNpzRecording(path)).rejects.toThrow(DataError);
    await expect(openNpzRecording(path)).rejects.toThrow(message);
    await expect(openNpzRecording(path)).rejects.toThrow(path);
  });

  it('that is not there is a DataError', async () => {
    await expect(openNpzRecording(join(folder, 'none.npz'))).rejects.toThrow(/no such file/);
  });

  it.each([true, false])(
    'with more or fewer values than its header says is refused, compressed: %s',
    async (compressed) => {
      for (const values of [camera.subarray(0, 400), Buffer.concat([camera, Buffer.of(0)])]) {
        const path = written('sizes.npz', npz({ camera: values, auto }, [N, H, W, 3], compressed));
        await expect(openNpzRecording(path)).rejects.toThrow(DataError);
        await expect(openNpzRecording(path)).rejects.toThrow(/sizes\.npz, camera: .* but there are/);
      }
    },
  );

  it('of frames as large as no camera has them is refused before memory is taken', async () => {
    const shape = [1, 2 ** 14, 2 ** 14, 3];
    const path = written('large.npz', npz({ camera, auto: Uint8Array.of(1) }, shape, true));
    await expect(openNpzRecording(path)).rejects.toThrow(/frames of 16384×16384 pixels; at most/);
  });

  it('that declares more bytes than it can hold is refused before they are read', async () => {
    const bytes = npz({ camera, auto }, [N, H, W, 3], true);
    const directory = bytes.indexOf('PK\x01\x02');
    bytes.writeUInt32LE(4e9, directory + 24); // uncompressed size of the first entry, camera
    await expect(openNpzRecording(written('declared.npz', bytes))).rejects.toThrow(
      /camera: \d+ bytes cannot hold the 4000000000 that the archive declares/,
    );
  });
});

/** What a replay would be made of, or the error that says that there is none. */
async function readBack(path: string): Promise<string> {
  const recording = await openNpzRecording(path);
  try {
    const { frames, height, width, autonomous } = recording;
    const out = new Uint8Array(frames * height * width * 3);
    await recording.readFrames(0, out);
    return [frames, height, width, [...autonomous], Buffer.from(out).toString('hex')].join(' ');
  } finally {
    recording.close();
  }
}

describe.each([true, false])('a damaged .npz, compressed: %s', (compressed) => {
  const whole = npz({ camera, auto }, [N, H, W, 3], compressed);

  it('is noticed, or reads as it was, whichever of its bits is turned', async () => {
    const intact = await readBack(written('intact.npz', whole));
    let noticed = 0;
    // A prime, so that all eight bits of bytes everywhere have their turn.
    for (let bit = 0; bit < whole.length * 8; bit += 13) {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      const path = written('turned.npz', bytes);
      const read = await readBack(path).catch((error) => {
        expect(error).toBeInstanceOf(DataError);
        expect(error.message).toContain(path);
        noticed++;
        return intact;
      });
      expect(read === intact, `bit ${bit}`).toBe(true);
    }
    expect(noticed).toBeGreaterThan(whole.length / 4);
  });
});

describe('cropped frames of an .npz', () => {
  it('of 78×200 pixels are taken as they are', async () => {
    const whole = Uint8Array.from({ length: 2 * 78 * 200 * 3 }, (_, i) => (i * 31) % 251);
    const path = written(
      'cropped.npz',
      npz({ camera: whole, auto: Uint8Array.of(1, 1) }, [2, 78, 200, 3], false),
    );
    const frames = await openCroppedFrames(path, { crop: 'paper', channelOrder: 'rgb' });
    const out = new Uint8Array(whole.length);
    await frames.read(0, 2, out);
    expect(Buffer.compare(out, whole)).toBe(0);
    expect([frames.timestamps, frames.labels]).toEqual([undefined, undefined]);
    frames.close();
  });

  it('of an ending that is neither is a DataError', async () => {
    await expect(openCroppedFrames('drive.bag', { crop: 'paper', channelOrder: 'rgb' })).rejects.toThrow(
      /drive\.bag: recordings are HDF5/,
    );
  });
});

describe('the header of a NumPy array', () => {
  it('is read as it is written, and aligned to 64 bytes', () => {
    for (const shape of [[3], [4, 78, 200], [100_000, 1]]) {
      const header = npyHeader('<f4', shape);
      expect(header.length % 64).toBe(0);
      expect(parseNpyHeader(header, 'x')).toEqual({ type: '<f4', shape, length: header.length });
    }
  });

  it('of an array stored column by column is refused', () => {
    const header = Buffer.from(
      npyHeader('|u1', [2, 3]).toString('latin1').replace('False', 'True '),
      'latin1',
    );
    expect(() => parseNpyHeader(header, 'x')).toThrow(/column by column/);
  });

  it.each(['1.5, 2', '-1, 2', '1e2', 'None', '2, 0x10', '9007199254740993', '4294967296, 4294967296'])(
    'with the shape (%s) is refused',
    (shape) => {
      const header = Buffer.from(`\x93NUMPY\x01\x00\x80\x00{'descr': '|u1', 'shape': (${shape})}`, 'latin1');
      expect(() => parseNpyHeader(header, 'x')).toThrow(DataError);
      expect(() => parseNpyHeader(header, 'x')).toThrow(`x: the array's shape (${shape}) is none`);
    },
  );

  it('of Python 2, whose long integers end in L, is read', () => {
    const header = Buffer.from("\x93NUMPY\x01\x00\x80\x00{'descr': '|u1', 'shape': (3L, 4L)}", 'latin1');
    expect(parseNpyHeader(header, 'x').shape).toEqual([3, 4]);
  });
});
