/**
 * `ncp-train saliency`: what a model attends to on a recording, as maps and pictures (docs/replay.md):
 *
 *   saliency.npy                 the maps, float32 [frames,78,200], 0..1
 *   maps/, overlays/             PNG files, the map in grey; the frame with the map over it
 *   overlays.mp4                 the same as a video
 *   saliency.json                what was run
 *
 * Slice by slice; memory does not grow with the recording.
 */
import { basename, join } from 'node:path';
import type { PixelNoise } from '../../augment/pixel-noise.ts';
import { CROP_BYTES, CROP_HEIGHT, CROP_WIDTH } from '../../data/frames/crop.ts';
import { UsageError } from '../../errors.ts';
import { growingFile } from '../../files/growing-file.ts';
import { npyHeader } from '../../files/npy.ts';
import { makeFolder, replaceFile } from '../../files/whole-file.ts';
import { type FrameSequence, openFrameSequence } from '../../plot/frame-sequence.ts';
import { openReplay, type ReplayRequest } from '../../replay/open.ts';
import { seenFrames } from '../../replay/seen-frames.ts';
import { MAP_SIZE, saliencyMaps } from './maps.ts';
import { enlarged, inGrey, overlay } from './overlay.ts';

export interface SaliencyOptions extends ReplayRequest {
  /** The folder; files of the same names are replaced. */
  readonly out: string;
  readonly noise?: PixelNoise;
  /** The first frame, and how many; by default from the first to the last. */
  readonly first?: number;
  readonly count?: number;
  /** PNG files of the maps. */
  readonly maps: boolean;
  /** PNG files of the overlays, or a video. */
  readonly overlays?: 'frames' | 'video';
  readonly onProgress?: (framesDone: number, frames: number) => void;
}

export interface SaliencyResult {
  readonly checkpoint: string;
  readonly model: string;
  readonly recording: string;
  readonly backend: string;
  readonly out: string;
  readonly first: number;
  readonly frames: number;
  readonly noise: PixelNoise | null;
  readonly files: readonly string[];
}

/** Frames at once: their activations take some 40 MB. */
const SLICE = 32;
/** Pixels of an overlay for one of the frame. */
const ENLARGED = 3;

/**
 * @throws DataError, ConfigError as `openReplay`; DataError if a file cannot be written
 * @throws UsageError for frames that the recording does not have
 */
export async function saliency(options: SaliencyOptions): Promise<SaliencyResult> {
  const { out, noise, first = 0 } = options;
  const { model, source, weights, backend, rate, close } = await openReplay(options);
  try {
    const count = options.count ?? source.frames - first;
    if (first + count > source.frames || count < 1) {
      throw new UsageError(
        `${source.path} has frames 0 to ${source.frames - 1}; asked for were ${count} from ${first} on`,
      );
    }
    await makeFolder(out);
    const array = await growingFile(join(out, 'saliency.npy'));
    const size = { width: CROP_WIDTH, height: CROP_HEIGHT, rate };
    const large = { width: CROP_WIDTH * ENLARGED, height: CROP_HEIGHT * ENLARGED, rate };
    const sequences: FrameSequence[] = [];
    const files = ['saliency.npy'];
    try {
      await array.add(npyHeader('<f4', [count, CROP_HEIGHT, CROP_WIDTH]));
      const opened = async (name: string, kind: 'video' | 'frames', format: typeof size) => {
        const sequence = await openFrameSequence(join(out, name), kind, format);
        sequences.push(sequence);
        files.push(basename(sequence.path));
        return sequence;
      };
      const maps = options.maps ? await opened('maps', 'frames', size) : undefined;
      const overlays = options.overlays && (await opened('overlays', options.overlays, large));
      for await (const slice of seenFrames(source, { noise, first, count, slice: SLICE })) {
        const found = saliencyMaps(model, slice.seen);
        await array.add(new Uint8Array(found.buffer, found.byteOffset, found.byteLength));
        for (let n = 0; n < slice.count; n++) {
          const map = found.subarray(n * MAP_SIZE, (n + 1) * MAP_SIZE);
          await maps?.add(inGrey(map), slice.first + n);
          if (!overlays) continue;
          const frame = slice.seen.subarray(n * CROP_BYTES, (n + 1) * CROP_BYTES);
          await overlays.add(enlarged(overlay(frame, map), CROP_WIDTH, ENLARGED), slice.first + n);
        }
        options.onProgress?.(slice.first + slice.count - first, count);
      }
      await array.finish();
      for (const sequence of sequences) await sequence.finish();
    } catch (error) {
      await array.discard();
      for (const sequence of sequences) await sequence.abandon();
      throw error;
    }
    const result: SaliencyResult = {
      checkpoint: weights,
      model: model.options.model,
      recording: source.path,
      backend,
      out,
      first,
      frames: count,
      noise: noise ?? null,
      files: [...files, 'saliency.json'],
    };
    await replaceFile(join(out, 'saliency.json'), `${JSON.stringify(result, null, 2)}\n`);
    return result;
  } finally {
    close();
  }
}
