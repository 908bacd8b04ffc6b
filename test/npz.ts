/** NumPy archives for tests, as `numpy.savez` and `numpy.savez_compressed` write them: zip files of arrays. */
import { deflateRawSync } from 'node:zlib';
import CRC32 from 'crc-32';
import { npyHeader } from '../src/files/npy.ts';

/**
 * @param shape - of camera
 * @param type - written for camera, whatever its values are
 */
export function npz(
  { camera, auto }: { camera: Uint8Array; auto: Uint8Array },
  shape: readonly number[],
  compressed: boolean,
  type: '|u1' | '<f4' = '|u1',
): Buffer {
  return archive(
    {
      camera: Buffer.concat([npyHeader(type, shape), camera]),
      auto: Buffer.concat([npyHeader('|u1', [auto.length]), auto]),
    },
    compressed,
  );
}

/** A zip file with an entry `NAME.npy` for each. */
export function archive(arrays: Readonly<Record<string, Buffer>>, compressed = false): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(arrays)) {
    const file = Buffer.from(`${name}.npy`);
    const stored = compressed ? deflateRawSync(bytes) : bytes;
    // Both kinds of header share these fields: version, flags, method, time, date, checksum, sizes, length of the name.
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(compressed ? 8 : 0, 4);
    shared.writeInt32LE(CRC32.buf(bytes), 10);
    shared.writeUInt32LE(stored.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(file.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, file, stored]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), shared, rest, file]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
