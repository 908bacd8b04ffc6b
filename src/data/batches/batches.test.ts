import { truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cachedRecordings, curvature, digest, grey } from '../../../test/cached-recordings.ts';
import { drawDisplacement, labelCorrection } from '../../augment/perspective.ts';
import { drawShadow, ShadowCaster } from '../../augment/shadow.ts';
import { DataError } from '../../errors.ts';
import { stream } from '../../random/stream.ts';
import { CROP_BYTES } from '../frames/crop.ts';
import { BatchMaker, type BatchPlan } from './batches.ts';
import { Concatenation } from './concatenation.ts';
import { type HostBatch, sharedBatch } from './host-batch.ts';
import { SplitFrames } from './split-frames.ts';

const [T, B] = [4, 3];

/** Two recordings of 30 frames, the training frames of which are 5..24 and 10..29. */
function plan(more: Partial<BatchPlan> = {}): BatchPlan {
  return {
    recordings: cachedRecordings(30, 30),
    segments: [
      { recording: 0, first: 5, count: 20 },
      { recording: 1, first: 10, count: 20 },
    ],
    labelScale: 10,
    labelSign: -1,
    mode: { kind: 'recurrent', T, B },
    seed: 1,
    fold: 2,
    compat: 'none',
    ...more,
  };
}

/** One batch of a plan. */
function batchOf(of: BatchPlan, epoch = 0, batch = 0) {
  const maker = new BatchMaker(of);
  const made = sharedBatch(maker.T, maker.B);
  try {
    maker.make(epoch, batch, made);
  } finally {
    maker.close();
  }
  return made;
}

const identity = ({ frames, labels }: HostBatch) => digest(frames, labels);

const frameOf = (frames: Float32Array, n: number) => frames.subarray(n * CROP_BYTES, (n + 1) * CROP_BYTES);

/** Recording and frame that a label was made of: −10·(r + n/1000). */
function identify(label: number) {
  const value = Math.round(label * -100);
  return { r: Math.floor(value / 1000), n: value % 1000 };
}

describe('a recurrent batch', () => {
  it('has frames and labels of T neighbours in each of B sequences, time-major', () => {
    const { frames, labels } = batchOf(plan());
    for (let b = 0; b < B; b++) {
      const start = identify(labels[b]);
      expect(start.n).toBeGreaterThanOrEqual(start.r === 0 ? 5 : 10);
      expect(start.n + T).toBeLessThanOrEqual(start.r === 0 ? 25 : 30);
      for (let t = 0; t < T; t++) {
        const i = t * B + b;
        expect(labels[i]).toBe(Math.fround(-10 * curvature(start.r, start.n + t)));
        expect(frameOf(frames, i).every((value) => value === grey(start.r, start.n + t))).toBe(true);
      }
    }
  });

  it('is the same whatever was made before, and another for every epoch and batch', () => {
    const of = plan({
      shadow: { shadowGamma: 1, darkeningRatio: 0.66 },
      perspective: { crop: 'paper', speed: 3 },
    });
    const maker = new BatchMaker(of);
    const made = sharedBatch(T, B);
    for (const [epoch, batch] of [
      [5, 1],
      [0, 0],
      [1, 2],
    ]) {
      maker.make(epoch, batch, made);
    }
    maker.close();
    expect(identity(made)).toBe(identity(batchOf(of, 1, 2)));
    expect(identity(made)).not.toBe(identity(batchOf(of, 1, 1)));
    expect(identity(made)).not.toBe(identity(batchOf(of, 0, 2)));
    expect(maker.batchesPerEpoch).toBe(3); // 40/(3·4)
  });

  it('has a shadow on every frame, drawn for that frame alone', () => {
    const shadow = { shadowGamma: 1, darkeningRatio: 0.66 };
    const of = plan({ shadow });
    const { frames } = batchOf(of, 4, 1);
    const plain = batchOf({ ...of, shadow: undefined }, 4, 1);
    const caster = new ShadowCaster(78, 200);
    for (let n = 0; n < T * B; n++) {
      const expected = Float32Array.from(frameOf(plain.frames, n));
      const draw = drawShadow(stream(1, 'shadow', 2, 4, 1, n), shadow);
      caster.cast(draw, Uint8Array.from(expected), expected);
      expect(digest(frameOf(frames, n))).toBe(digest(expected));
      expect(digest(frameOf(frames, n))).not.toBe(digest(frameOf(plain.frames, n)));
    }
  });

  it('has no shadow for gamma 0', () => {
    const of = plan();
    const without = batchOf({ ...of, shadow: { shadowGamma: 0, darkeningRatio: 0.66 } });
    expect(identity(without)).toBe(identity(batchOf(of)));
  });

  it('corrects the labels of a displaced sequence, all alike', () => {
    const of = plan();
    const plain = batchOf(of);
    const displaced = batchOf({ ...of, perspective: { crop: 'paper', speed: 3 } });
    for (let i = 0; i < T * B; i++) {
      const displacement = drawDisplacement(stream(1, 'perspective', 2, 0, 0, i % B));
      const expected = plain.labels[i] + 10 * labelCorrection(displacement, 3);
      expect(displaced.labels[i]).toBeCloseTo(expected, 5);
    }
    expect(displaced.labels).not.toEqual(plain.labels);
  });
});

describe('a batch of single frames', () => {
  it('holds frames of the split, and an epoch each at most once', () => {
    const of = plan({ mode: { kind: 'frames', B: 7 } });
    const seen: number[] = [];
    for (let batch = 0; batch < 5; batch++) {
      const { T, B, frames, labels } = batchOf(of, 0, batch);
      expect([T, B]).toEqual([1, 7]);
      labels.forEach((label, i) => {
        const { r, n } = identify(label);
        seen.push(r * 1000 + n);
        expect(frameOf(frames, i)[0]).toBe(grey(r, n));
      });
    }
    expect(new Set(seen).size).toBe(35);
    expect(seen.every((id) => (id >= 5 && id < 25) || (id >= 1010 && id < 1030))).toBe(true);
  });
});

describe('the frame cache under a batch', () => {
  it('that was cut short is an error naming file and frame', () => {
    const of = plan();
    truncateSync(of.recordings[0].frameFile, 0);
    truncateSync(of.recordings[1].frameFile, 10 * CROP_BYTES + 5);
    expect(() => batchOf(of)).toThrow(DataError);
    expect(() => batchOf(of)).toThrow(/\.frames: ends before frame \d+ of [01]\.h5/);
  });

  it('that is not there is an error naming the file, before any batch', () => {
    const recordings = cachedRecordings(30, 30).map((recording) => ({
      ...recording,
      frameFile: '/nowhere/x',
    }));
    expect(() => new BatchMaker(plan({ recordings }))).toThrow(DataError);
    expect(() => new BatchMaker(plan({ recordings }))).toThrow(/\/nowhere\/x/);
  });
});

describe('the frames of a split', () => {
  it('are read in order across segments and recordings, with their labels', () => {
    const { recordings, segments } = plan();
    const split = new SplitFrames(new Concatenation(segments, recordings), recordings, 10);
    const out = new Uint8Array(6 * CROP_BYTES);
    split.read(17, 6, out);
    split.close();
    const greys = Array.from({ length: 6 }, (_, i) => out[i * CROP_BYTES]);
    expect(greys).toEqual([grey(0, 22), grey(0, 23), grey(0, 24), grey(1, 10), grey(1, 11), grey(1, 12)]);
    expect(split.frames).toBe(40);
    expect(split.labels[19]).toBe(Math.fround(10 * curvature(0, 24)));
    expect(split.labels[20]).toBe(Math.fround(10 * curvature(1, 10)));
  });
});
