/**
 * How people's own converters lay recordings out: what HDF5 can follow is read, and the rest is refused with what differs and
 * something that can be done. Also files that another program
 * has open.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { File } from 'h5wasm/node';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkRecording } from '../../src/data/inspect/check.ts';
import { defectText } from '../../src/data/recordings/defect.ts';
import { loadHdf5 } from '../../src/data/recordings/hdf5.ts';
import { openRecording } from '../../src/data/recordings/recording.ts';
import { temporaryFolder } from '../e2e/command-line.ts';

const [N, H, W] = [6, 4, 5];
const frames = Uint8Array.from({ length: N * H * W * 3 }, (_, i) => (i * 7) % 256);
const labels = Float64Array.from({ length: N }, (_, n) => n / 1000);
const times = Float64Array.from({ length: N }, (_, n) => 1.6e9 + n / 4);

let folder = '';
beforeEach(async () => {
  folder = temporaryFolder();
  await loadHdf5();
});

interface Parts {
  camera_front?: Parameters<File['create_dataset']>[0] | null;
  inverse_r?: Parameters<File['create_dataset']>[0] | null;
  timestamp?: Parameters<File['create_dataset']>[0] | null;
}

/** A recording whose parts may be replaced, or with `null` left out; `also` adds to it. */
function recording(parts: Parts, also: (file: File) => void = () => {}): string {
  const path = join(folder, 'drive.h5');
  const file = new File(path, 'w');
  const all: Required<Parts> = {
    camera_front: { name: 'camera_front', data: frames, shape: [N, H, W, 3] },
    inverse_r: { name: 'inverse_r', data: labels },
    timestamp: { name: 'timestamp', data: times },
    ...parts,
  };
  for (const part of Object.values(all)) if (part) file.create_dataset(part);
  also(file);
  file.close();
  return path;
}

describe('a recording', () => {
  it('may keep its datasets behind links, within the file and to another', async () => {
    mkdirSync(join(folder, 'labels'));
    const other = new File(join(folder, 'labels', 'labels.h5'), 'w');
    other.create_dataset({ name: 'k', data: labels });
    other.close();
    const path = recording({ camera_front: null, inverse_r: null }, (file) => {
      file.create_group('obs').create_dataset({ name: 'img', data: frames, shape: [N, H, W, 3] });
      file.create_soft_link('/obs/img', 'camera_front');
      file.create_external_link('labels/labels.h5', '/k', 'inverse_r');
    });
    const opened = await openRecording(path);
    expect(opened.info.labels).toEqual(labels);
    expect(opened.readFrames(0, N)).toEqual(frames);
    opened.close();
  });

  it('says where a link leads whose other end is not there', async () => {
    const path = recording({ camera_front: null, inverse_r: null }, (file) => {
      file.create_soft_link('/obs/img', 'camera_front');
      file.create_external_link('labels.h5', '/k', 'inverse_r');
    });
    const error = await openRecording(path).catch((reason) => reason);
    expect(error.message).toContain('camera_front: this is a link to /obs/img, which the file does not hold');
    expect(error.message).toContain('inverse_r: this is a link to /k of labels.h5, which cannot be opened');
  });

  it.each<[string, number[], string]>([
    ['channels first', [N, 3, H, W], 'its shape is [6,3,4,5], expected [N,height,width,3]'],
    ['no channels', [N, H, W * 3], 'its shape is [6,4,15], expected [N,height,width,3]'],
  ])('with %s is refused', async (_, shape, message) => {
    const path = recording({ camera_front: { name: 'camera_front', data: frames, shape } });
    await expect(openRecording(path)).rejects.toThrow(message);
  });

  it('with frames in floating point is refused', async () => {
    const data = Float64Array.from(frames, (value) => value / 255);
    const path = recording({ camera_front: { name: 'camera_front', data, shape: [N, H, W, 3] } });
    await expect(openRecording(path)).rejects.toThrow('its type is float64, expected uint8');
  });

  it('that is marked as open for writing says how to take the mark away', async () => {
    const path = join(folder, 'open.h5');
    const copy = join(folder, 'copy.h5');
    const file = new File(path, 'w', { libver: 'v110' });
    file.create_dataset({ name: 'timestamp', data: times });
    file.flush();
    copyFileSync(path, copy);
    file.close();
    const { defects } = await checkRecording(copy, undefined);
    expect(defects.map(defectText)).toEqual([
      `${copy}: the file is marked as open for writing. Wait until its writer has closed it; where that was killed, ` +
        `\`h5clear -s ${copy}\` takes the mark away`,
    ]);
  });

  it('in several files of the family driver is not called truncated', async () => {
    const path = recording({});
    const bytes = readFileSync(path);
    bytes.write('NCSAfami', 100, 'latin1');
    writeFileSync(path, bytes.subarray(0, bytes.length - 100));
    await expect(openRecording(path)).rejects.toThrow(/one of several files that make one recording/);
  });
});

describe('labels of a virtual dataset', () => {
  it('are not read as zeros where their file is absent', async () => {
    const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/h5py/${name}`, import.meta.url));
    const path = join(folder, 'virtual.h5');
    copyFileSync(fixture('virtual.h5'), path);
    await expect(openRecording(path)).rejects.toThrow(
      'inverse_r: its values lie in labels.h5, which is not there',
    );
    copyFileSync(fixture('forms.h5'), join(folder, 'labels.h5'));
    await expect(openRecording(path)).rejects.toThrow(
      'inverse_r: its values lie in curvature of labels.h5, and there is no such dataset',
    );
  });
});
