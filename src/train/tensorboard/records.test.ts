/** TFRecord framing: checksums against published ones; whatever happens to a file, only whole records are read. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { maskedCrc, record, wholeRecords } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'records-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is read from a file of these bytes. */
function read(bytes: Uint8Array): { data: number[]; end: number }[] {
  const path = join(folder, 'records');
  writeFileSync(path, bytes);
  const file = openSync(path, 'r');
  try {
    return Array.from(wholeRecords(file), ({ data, end }) => ({ data: [...data], end }));
  } finally {
    closeSync(file);
  }
}

const unmasked = (crc: number) => {
  const turned = (crc - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
};

// RFC 3720, B.4, and the check value that catalogues of CRCs give for CRC-32C.
it.each([
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 ones', new Uint8Array(32).fill(255), 0x62a8ab43],
  ['0 to 31', Uint8Array.from({ length: 32 }, (_, n) => n), 0x46dd794e],
  ['31 to 0', Uint8Array.from({ length: 32 }, (_, n) => 31 - n), 0x113fdb5c],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
])('CRC-32C of %s', (_, data, crc) => {
  expect(unmasked(maskedCrc(data))).toBe(crc);
});

const contents = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });

it('what was written is read, each with where it ends', () => {
  fc.assert(
    fc.property(contents, (datas) => {
      const records = datas.map(record);
      const found = read(Buffer.concat(records));
      expect(found.map(({ data }) => data)).toEqual(datas.map((data) => [...data]));
      expect(found.map(({ end }) => end)).toEqual(
        datas.map((_, n) => Buffer.concat(records.slice(0, n + 1)).length),
      );
    }),
  );
});

it('cut anywhere, the records before the cut are read', () => {
  fc.assert(
    fc.property(contents, fc.nat(), (datas, at) => {
      const bytes = Buffer.concat(datas.map(record));
      const cut = at % (bytes.length + 1);
      const ends = read(bytes).map(({ end }) => end);
      expect(read(bytes.subarray(0, cut)).map(({ end }) => end)).toEqual(ends.filter((end) => end <= cut));
    }),
  );
});

it('a bit turned anywhere, the records before it are read', () => {
  fc.assert(
    fc.property(contents, fc.nat(), fc.nat(7), (datas, at, bit) => {
      const bytes = Buffer.concat([...datas, Uint8Array.of(1)].map(record));
      const ends = read(bytes).map(({ end }) => end);
      const byte = at % bytes.length;
      bytes[byte] ^= 1 << bit;
      expect(read(bytes).map(({ end }) => end)).toEqual(ends.filter((end) => end <= byte));
    }),
  );
});

it('zeros, which a power cut may leave, are no record', () => {
  expect(read(Buffer.concat([record(Uint8Array.of(7)), new Uint8Array(4096)]))).toHaveLength(1);
});
