/**
 * Makes training batches: draws which frames, reads them from the frame cache, augments them, and puts them
 * time-major where they are wanted. A batch is a function of (seed, fold, epoch, batch) alone, whoever makes it and
 * in whatever order. `loader.ts` runs this ahead of the training step, in threads of its own.
 */
import {
  CAMERA,
  croppedIntrinsics,
  drawDisplacement,
  labelCorrection,
  Warp,
} from '../../augment/perspective.ts';
import { drawShadow, ShadowCaster, type ShadowOptions } from '../../augment/shadow.ts';
import { stream } from '../../random/stream.ts';
import { CROP_BYTES, CROP_HEIGHT, CROP_WIDTH, type CropSpec, cropBox } from '../frames/crop.ts';
import type { CachedRecording } from '../frames/frame-cache.ts';
import { FrameReader } from '../frames/frame-reader.ts';
import { type Compat, Concatenation } from './concatenation.ts';
import type { HostBatch } from './host-batch.ts';
import { type BatchMode, batchesPerEpoch, FrameDealer, SequenceSampler } from './sequences.ts';
import type { Segment } from './split.ts';

/** All that batches depend on. Plain data, so that it can be handed to a thread. */
export interface BatchPlan {
  readonly recordings: readonly CachedRecording[];
  /** The training frames; their indices mean `recordings`. */
  readonly segments: readonly Segment[];
  /** Labels are stored curvature × sign × scale. */
  readonly labelScale: number;
  readonly labelSign: 1 | -1;
  readonly mode: BatchMode;
  /** Left out, or with gamma 0: no shadows. */
  readonly shadow?: ShadowOptions;
  /** Left out: no perspective augmentation; else the crop of the frames, which it needs for its geometry. */
  readonly perspective?: {
    readonly crop: CropSpec;
    /** m/s, for the label's correction */
    readonly speed: number;
  };
  readonly seed: number;
  readonly fold: number;
  readonly compat: Compat;
}

export class BatchMaker {
  readonly T: number;
  readonly B: number;
  /** ⌊N/(B·T)⌋ */
  readonly batchesPerEpoch: number;

  readonly #plan: BatchPlan;
  readonly #train: Concatenation;
  readonly #reader: FrameReader;
  readonly #sampler: SequenceSampler | FrameDealer;
  readonly #caster: ShadowCaster | undefined;
  readonly #warp: Warp | undefined;
  /** One frame as it was read, and as it was warped. */
  readonly #recorded = new Uint8Array(CROP_BYTES);
  readonly #warped = new Uint8Array(CROP_BYTES);

  /** @throws DataError if there are too few training frames, or the frame cache cannot be opened */
  constructor(plan: BatchPlan) {
    const { mode, recordings, segments, shadow, perspective } = plan;
    this.#plan = plan;
    this.T = mode.kind === 'recurrent' ? mode.T : 1;
    this.B = mode.B;
    this.#train = new Concatenation(segments, recordings);
    this.batchesPerEpoch = batchesPerEpoch(this.#train.frames, mode);
    this.#sampler =
      mode.kind === 'recurrent'
        ? new SequenceSampler(this.#train, mode.T, plan.compat)
        : new FrameDealer(this.#train.frames);
    if (shadow && shadow.shadowGamma > 0) this.#caster = new ShadowCaster(CROP_HEIGHT, CROP_WIDTH);
    if (perspective) {
      const box = cropBox(perspective.crop, CAMERA.height, CAMERA.width);
      this.#warp = new Warp(CROP_HEIGHT, CROP_WIDTH, croppedIntrinsics(box, CROP_HEIGHT, CROP_WIDTH));
    }
    this.#reader = new FrameReader(
      recordings,
      segments.map(({ recording }) => recording),
    );
  }

  /**
   * Makes batch `batch` of epoch `epoch`, both from 0, in the arrays of a batch of T·B frames.
   *
   * @throws DataError if a frame cannot be read
   */
  make(epoch: number, batch: number, { frames, labels }: HostBatch): void {
    const { T, B } = this;
    const train = this.#train;
    const plan = this.#plan;
    const { seed, fold, recordings, shadow } = plan;
    const starts = this.#sampler.batch(plan, epoch, batch, B);
    for (let b = 0; b < B; b++) {
      // One displacement for a whole sequence: within it the camera keeps its place.
      const displacement = this.#warp && drawDisplacement(stream(seed, 'perspective', fold, epoch, batch, b));
      if (displacement) this.#warp?.aim(displacement);
      const correction = displacement ? labelCorrection(displacement, plan.perspective?.speed) : 0;
      for (let t = 0; t < T; t++) {
        const { recording, frame } = train.locate(starts[b] + t);
        const n = t * B + b;
        this.#reader.read(recording, frame, 1, this.#recorded);
        this.#warp?.apply(this.#recorded, this.#warped);
        const seen = this.#warp ? this.#warped : this.#recorded;
        const out = frames.subarray(n * CROP_BYTES, (n + 1) * CROP_BYTES);
        out.set(seen);
        if (this.#caster && shadow) {
          const draw = drawShadow(stream(seed, 'shadow', fold, epoch, batch, n), shadow);
          this.#caster.cast(draw, seen, out);
        }
        const curvature = plan.labelSign * recordings[recording].labels[frame] + correction;
        labels[n] = curvature * plan.labelScale;
      }
    }
  }

  close(): void {
    this.#reader.close();
  }
}
