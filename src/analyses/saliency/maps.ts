/**
 * Saliency maps of a model, by VisualBackprop (visual-backprop.ts) on the convolutions of its head, or of the CNN. The activations
 * come from the backend that is set, a batch of frames at once.
 */
import * as tf from '@tensorflow/tfjs-core';
import { CROP_BYTES } from '../../data/frames/crop.ts';
import { FRAME } from '../../models/convolution.ts';
import type { Model } from '../../models/model.ts';
import { BRIGHTEST, standardise } from '../../models/standardise.ts';
import { type LayerMaps, visualBackprop } from './visual-backprop.ts';

/** Numbers in a map: 78·200. */
export const MAP_SIZE = FRAME.height * FRAME.width;

/**
 * @param frames - as the model sees them, [N,78,200,3], 0..255; a few dozen, which is a few hundred MB of activations
 * @returns [N,78,200], 0..1
 */
export function saliencyMaps(model: Model, frames: Float32Array): Float32Array {
  const { height, width, channels } = FRAME;
  const N = frames.length / CROP_BYTES;
  const convolutions: LayerMaps[] = [];
  tf.tidy(() => {
    const x = standardise(tf.tensor4d(frames, [N, height, width, channels]));
    const layers = model.kind === 'frame' ? model.cnn.activations(x).convolutions : model.head.activations(x);
    for (const layer of layers) {
      const [, h, w, maps] = layer.shape;
      convolutions.push({ height: h, width: w, channels: maps, values: layer.dataSync<'float32'>() });
    }
  });
  if (model.kind === 'frame') return visualBackprop(convolutions, N, { perChannel: false, height, width });
  const input = { height, width, channels, values: frames.map((value) => value / BRIGHTEST) };
  return visualBackprop([input, ...convolutions], N, { perChannel: true, height, width });
}
