/**
 * Every frame standardised on its own, the first operation of every model (docs/pipeline.md §3):
 *
 *     (x − mean) / max(std, 1/√(78·200·3))
 *
 * with x in 0..1. Frames come as 0..255 here, so mean, deviation and floor are all 255 times as large, and
 * the result is the same.
 *
 * paper: variance as E[x²] − E[x]² in float32; here as E[(x − mean)²], which loses nothing to cancellation
 * and differs by about 1e-5 on ordinary frames. paper: evaluation fed 0..255, so that its floor was 255
 * times lower; here one scale everywhere (docs/pipeline.md §6).
 */
import * as tf from '@tensorflow/tfjs-core';

/** Full brightness of a recorded frame. */
export const BRIGHTEST = 255;

/**
 * @param frames - [N,H,W,C], 0..`largest`, float32 or int32
 * @param largest - the value of full brightness: 255, or 1 for frames already in 0..1
 * @returns [N,H,W,C] float32, mean 0 and deviation 1 in each frame
 */
export function standardise(frames: tf.Tensor4D, largest = BRIGHTEST): tf.Tensor4D {
  return tf.tidy(() => {
    const [N, H, W, C] = frames.shape;
    const floor = largest / Math.sqrt(H * W * C);
    // On the embedded backend a cast from float32 to float32 copies: 60 MB for a batch of 320 frames.
    const values = frames.dtype === 'float32' ? frames : tf.cast(frames, 'float32');
    const rows = tf.reshape(values, [N, H, W * C]);
    // In two stages, rows then frame: a running float32 sum over 46,800 numbers would lose three digits.
    const frameMean = (x: tf.Tensor) => tf.mean(tf.mean(x, 2, true), 1, true);
    const centred = tf.sub(rows, frameMean(rows));
    const deviation = tf.sqrt(frameMean(tf.square(centred)));
    const scale = tf.reciprocal(tf.maximum(deviation, floor));
    return tf.reshape(tf.mul(centred, scale), [N, H, W, C]);
  });
}
