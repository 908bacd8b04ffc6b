import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError, DataError } from '../errors.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type StoredTensor,
  type TensorData,
  writeSafetensors,
} from './safetensors.ts';

const example = new Map<string, StoredTensor>([
  ['lstm/kernel', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, Number.NaN, 1e-40, -0) }],
  ['mask', { shape: [3], data: Uint8Array.of(0, 1, 255) }],
  ['adam/step', { shape: [], data: Int32Array.of(-7) }],
  ['erev', { shape: [2], data: Int8Array.of(-1, 1) }],
  ['sum', { shape: [1], data: Float64Array.of(0.1) }],
  ['nothing', { shape: [0, 4], data: new Float32Array(0) }],
]);

/** A file with the given header text and tensor bytes. */
function file(header: string | object, body: number[] | Uint8Array = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return Uint8Array.from([...length, ...text, ...body]);
}

const decode = (bytes: Uint8Array) => decodeSafetensors(bytes, 'w.safetensors');

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('what is written is what is read, bit for bit', () => {
  const { tensors, metadata } = decode(
    encodeSafetensors(example, { wiring: '{"units":19}', schlüssel: '\u0000"\\' }),
  );
  expect(metadata).toEqual({ wiring: '{"units":19}', schlüssel: '\u0000"\\' });
  expect(tensors).toEqual(example);
  expect(Object.is(tensors.get('lstm/kernel')?.data[5], -0)).toBe(true);
});

test('a header of any length is read from disk, as other programs write it', async () => {
  await inFolder(async (folder) => {
    for (const blanks of [0, 1, 2, 3]) {
      const header = `{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}${' '.repeat(blanks)}`;
      const path = join(folder, `${blanks}.safetensors`);
      await writeFile(path, file(header, new Uint8Array(Float32Array.of(1, -2).buffer)));
      const { tensors } = await readSafetensors(path);
      expect(tensors.get('b')?.data).toEqual(Float32Array.of(1, -2));
    }
  });
});

test('the bytes are those of the format', () => {
  const bytes = encodeSafetensors(new Map([['b', { shape: [2], data: Float32Array.of(1, -2) }]]), { a: 'x' });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  expect(length % 8).toBe(0);
  expect(header.trimEnd()).toMatch(
    /^\{"__metadata__":\{"a":"x","sha256":"[0-9a-f]{64}"\},"b":\{"dtype":"F32","shape":\[2\],"data_offsets":\[0,8\]\}\}$/,
  );
  expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]); // 1 and −2, little-endian
});

test('the order in which tensors and metadata are given does not change the bytes', () => {
  const reversed = new Map([...example].reverse());
  expect(encodeSafetensors(reversed, { b: '2', a: '1' })).toEqual(
    encodeSafetensors(example, { a: '1', b: '2' }),
  );
});

test('a file without checksum or metadata, with an unpadded header, is read', () => {
  const { tensors, metadata } = decode(
    file({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, [0, 0, 0x80, 0x3f]),
  );
  expect([...tensors]).toEqual([['x', { shape: [1], data: Float32Array.of(1) }]]);
  expect(metadata).toEqual({});
});

const one = (change: object, body = [0, 0, 0, 0]) =>
  file({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...change } }, body);
const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';

test.each<[string, Uint8Array, string]>([
  ['an empty file', new Uint8Array(0), '0 bytes long, expected at least 8'],
  [
    'a header longer than the file',
    file({}).fill(9, 0, 1),
    'the header should be 9 bytes long, but only 2 follow',
  ],
  [
    'a header of 2^64 − 1 bytes',
    new Uint8Array(20).fill(255),
    'should be 18446744073709551615 bytes long, but only 12',
  ],
  ['a header that is not JSON', file('{"x":'), 'the header is not JSON'],
  ['a header that is not UTF-8', file('{"§":1}').fill(0x20, 11, 12), 'the header is not JSON'],
  ['a header that is a list', file('[]'), 'the header is no JSON object'],
  ['a tensor that is a number', file({ x: 3 }), 'tensor "x" is 3, expected dtype, shape and data_offsets'],
  ['a tensor named twice', file(`{"x":${entry},"x":${entry}}`, [1]), '"x" stands twice in the header'],
  ['a tensor named twice, once escaped', file(`{"x":${entry},"\\u0078":${entry}}`, [1]), '"x" stands twice'],
  ['metadata that is no text', file({ __metadata__: { a: 1 } }), 'metadata "a" is 1, expected a string'],
  ['metadata that is a list', file({ __metadata__: [] }), 'the metadata is no JSON object'],
  ['no dtype', one({ dtype: undefined }), 'tensor "x": dtype is missing, expected a string'],
  [
    'an unknown dtype',
    one({ dtype: 'BF16' }),
    'tensor "x": dtype is "BF16", expected one of F64, F32, I32, I8, U8',
  ],
  ['a dtype named like a method', one({ dtype: 'toString' }), 'dtype is "toString", expected one of'],
  ['a negative side', one({ shape: [-1] }), 'tensor "x": shape is [-1], expected a list of whole numbers'],
  ['half a side', one({ shape: [0.5] }), 'tensor "x": shape is [0.5]'],
  [
    'a shape that needs more bytes',
    one({ shape: [2] }),
    'data_offsets is [0,4], expected 8 bytes for F32 [2]',
  ],
  [
    'offsets in the wrong order',
    one({ data_offsets: [4, 0] }),
    'data_offsets is [4,0], expected [begin, end]',
  ],
  ['three offsets', one({ data_offsets: [0, 4, 4] }), 'data_offsets is [0,4,4], expected [begin, end]'],
  [
    'an entry of another kind',
    one({ zip: true }),
    'tensor "x": zip is true, expected dtype, shape and data_offsets only',
  ],
  [
    'a hole before a tensor',
    one({ data_offsets: [4, 8] }, new Array(8).fill(0)),
    'tensor "x" starts at byte 4, expected 0',
  ],
  [
    'two tensors in one place',
    file(`{"x":${entry},"y":${entry}}`, [1]),
    'tensor "y" starts at byte 0, expected 1, where the one before ends',
  ],
  ['too few bytes', one({}, [0, 0, 0]), '3 bytes of tensors, expected 4'],
  ['trailing bytes', one({}, [0, 0, 0, 0, 0]), '5 bytes of tensors, expected 4'],
])('%s is refused', (_, bytes, message) => {
  expect(() => decode(bytes)).toThrow(ConfigError);
  expect(() => decode(bytes)).toThrow(`w.safetensors: `);
  expect(() => decode(bytes)).toThrow(message);
});

test('a changed weight is noticed', () => {
  const bytes = encodeSafetensors(example, {});
  bytes[bytes.length - 1] ^= 1;
  expect(() => decode(bytes)).toThrow(
    'w.safetensors: the content does not fit its checksum (metadata "sha256"); the file was altered after it was written',
  );
});

const tensor = fc
  .tuple(
    fc.array(fc.nat(4), { maxLength: 3 }),
    fc.constantFrom(Float64Array, Float32Array, Int32Array, Int8Array, Uint8Array),
    fc.infiniteStream(fc.integer({ min: 0, max: 100 })),
  )
  .map(([shape, type, numbers]): StoredTensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data: TensorData = type.from(numbers.take(size));
    return { shape, data };
  });
const name = fc
  .oneof(fc.string(), fc.constantFrom('__proto__', '1', 'toString'))
  .filter((name) => name !== '__metadata__');
const content = fc.tuple(
  fc.array(fc.tuple(name, tensor), { maxLength: 5 }).map((entries) => new Map(entries)),
  fc.dictionary(fc.string(), fc.string()),
);

test('every set of tensors and metadata comes back as it was', () => {
  fc.assert(
    fc.property(content, ([tensors, metadata]) => {
      const read = decode(encodeSafetensors(tensors, metadata));
      expect(read.tensors).toEqual(tensors);
      expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
    }),
  );
});

test('every truncation is refused', () => {
  const bytes = encodeSafetensors(example, { a: 'x' });
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decode(bytes.subarray(0, length)), `${length} bytes`).toThrow(ConfigError);
  }
});

test('a changed byte is refused or, where it hides the checksum, read as another name: never another error', () => {
  const bytes = encodeSafetensors(example, { a: 'x' });
  const key = new TextDecoder('latin1').decode(bytes).indexOf('"sha256"');
  const anyByte = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(anyByte, ([at, change]) => {
      const altered = bytes.slice();
      altered[at] ^= change;
      try {
        decode(altered);
        const original = decode(altered).tensors;
        const hidden = at > key && at < key + 7;
        const blank = altered[at] <= 0x20 && bytes[at] === 0x20; // white space after the header
        expect(hidden || blank).toBe(true);
        expect(original).toEqual(example);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
      }
    }),
    { numRuns: 5000 },
  );
});

test('a tensor that does not fill its shape is not written', () => {
  expect(() => encodeSafetensors(new Map([['x', { shape: [2], data: Float32Array.of(1) }]]), {})).toThrow(
    'tensor "x": 1 entries do not fill shape [2]',
  );
});

test('a file is written under its name only when complete, and replaces the one before', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'w.safetensors');
    await writeFile(path, 'old');
    await writeSafetensors(path, example, { a: 'x' });
    expect(await readdir(folder)).toEqual(['w.safetensors']);
    expect(new Uint8Array(await readFile(path))).toEqual(encodeSafetensors(example, { a: 'x' }));
    expect(await readSafetensors(path)).toEqual({ tensors: example, metadata: { a: 'x' } });
  }));

test('a file that cannot be written leaves nothing behind and says why', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'absent', 'w.safetensors');
    await expect(writeSafetensors(path, example, {})).rejects.toThrow(DataError);
    await expect(writeSafetensors(folder, example, {})).rejects.toThrow(`${folder}: cannot be written: `);
    expect(await readdir(folder)).toEqual([]);
  }));

test('a missing file is named', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'w.safetensors');
    await expect(readSafetensors(path)).rejects.toThrow(new DataError(`${path}: no such file`));
    await expect(readSafetensors(folder)).rejects.toThrow(
      `${folder}: cannot be read: it is a folder (EISDIR)`,
    );
  }));
