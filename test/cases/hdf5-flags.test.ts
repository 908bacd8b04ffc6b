/**
 * Flags as h5py and NumPy store them: `autonomous` decides where a replay starts anew, so every form of it is read, and one that
 * cannot be read is named instead of passed over. `forms.h5` is made by test/fixtures/h5py/make.py.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openCroppedFrames } from '../../src/data/frames/cropped-frames.ts';
import { openDriveRecording } from '../../src/data/recordings/drive-recording.ts';
import { openRecording } from '../../src/data/recordings/recording.ts';
import { resets } from '../../src/replay/seen-frames.ts';
import { temporaryFolder } from '../e2e/command-line.ts';

const forms = fileURLToPath(new URL('../fixtures/h5py/forms.h5', import.meta.url));
const links = fileURLToPath(new URL('../fixtures/h5py/links.h5', import.meta.url));
const FLAGS = [1, 1, 0, 0, 1, 1];

describe('flags', () => {
  it('that h5py stores as bool say where a replay starts anew', async () => {
    const source = await openCroppedFrames(forms, {
      crop: 'full',
      channelOrder: 'rgb',
      cacheDir: temporaryFolder(),
    });
    expect(Array.from(source.autonomous ?? [])).toEqual(FLAGS);
    expect(Array.from(resets(source))).toEqual([1, 0, 1, 1, 1, 0]);
    source.close();
    const drive = await openDriveRecording(forms);
    expect(Array.from(drive.column('autonomous') ?? [])).toEqual(FLAGS);
    drive.close();
  });

  it.each([
    'as |u1',
    'as |i1',
    'as <i4',
    'as >i4',
    'as <u8',
    'as <f2',
    'as >f2',
    'as <f4',
    'as >f8',
    'as names',
    'as bits',
  ])('stored %s are read', async (name) => {
    const recording = await openRecording(forms);
    expect(Array.from(recording.readExtra(name) ?? [])).toEqual(FLAGS);
    recording.close();
  });

  it.each([
    ['big-endian names', 'it holds an enumeration of big-endian int32, expected numbers'],
    ['text', 'it holds text, expected numbers'],
    ['long', 'it holds float128, expected numbers'],
    ['short', 'its shape is [4], expected [6] or [6,1]'],
    ['group', 'this is a group, not a dataset'],
  ])('stored as %s are named', async (name, message) => {
    const recording = await openRecording(forms);
    expect(() => recording.readExtra(name)).toThrow(`${name}: ${message}`);
    recording.close();
  });

  it('behind a link to a file that is not there are named', async () => {
    await expect(openDriveRecording(links)).rejects.toThrow(
      'autonomous: this is a link to /on of switch.h5, which cannot be opened',
    );
  });

  it('and numbers in half precision or with the largest byte first are what they were', async () => {
    const recording = await openRecording(forms);
    const { labels, timestamps } = recording.info;
    expect(Array.from(timestamps)).toEqual([10, 10.25, 10.5, 10.75, 11, 11.25]);
    expect(Array.from(labels)).toEqual([0, 1, -2, 0.5, 2 ** -20, 3]);
    expect(recording.attributes()).toEqual({ simulated: 1, run: 7 });
    recording.close();
  });
});
