/**
 * Head and CNN on the project's own kernels (backend/native/kernels.ts), as operations that are differentiable in the weights.
 * Tensors are read where they lie in the memory of the embedded backend, which computes the rest.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { FrameNumbers, Handle, KernelNetwork, Kernels } from '../../backend/native/kernels.ts';
import { hostView } from '../../backend/wasm/memory.ts';
import type { Precision } from '../../options/schema.ts';
import type { Weights } from '../cells/cell.ts';
import { FRAME } from '../convolution.ts';
import type { FrameGraph } from './network.ts';

const FRAME_SIZE = FRAME.height * FRAME.width * FRAME.channels;
/** Numbers that come out for each frame. */
const OUTPUTS = { head: 32, cnn: 1 } as const;

/** A network's memory, and which forward pass it holds. */
interface Held {
  readonly handle: Handle;
  pass: number;
}

const made = new Map<string, Held>();

export function nativeFrames(
  { kernels, threads }: { readonly kernels: Kernels; readonly threads: number },
  network: KernelNetwork,
  weights: Weights,
  precision: Precision,
): FrameGraph {
  const key = `${network} ${precision} ${threads}`;
  const held = made.get(key) ?? { handle: kernels.create(network, precision, threads), pass: 0 };
  made.set(key, held);
  const variables = [...weights.values()];
  const outputs = OUTPUTS[network];

  const infer = (frames: FrameNumbers): Float32Array => {
    const out = new Float32Array((frames.length / FRAME_SIZE) * outputs);
    kernels.infer(held.handle, frames, variables.map(hostView), out);
    held.pass += 1; // of the CNN the memory is the same
    return out;
  };

  return {
    inferBytes: infer,
    infer: (frames) => tf.tensor2d(infer(hostView(frames)), [frames.shape[0], outputs]),
    forward(frames, factors) {
      const operation = tf.customGrad((...arguments_) => {
        const save = arguments_[arguments_.length - 1] as tf.GradSaveFunc;
        save([frames, ...(factors ?? [])]);
        const out = new Float32Array(frames.shape[0] * outputs);
        const pass = () => {
          const numbers = factors?.map(hostView) ?? null;
          kernels.forward(held.handle, hostView(frames), variables.map(hostView), numbers, out);
          held.pass += 1;
          return held.pass;
        };
        let mine = pass();
        const gradFunc = (dValue: tf.Tensor) => {
          if (held.pass !== mine) mine = pass(); // another one has come in between
          const gradients = variables.map(({ size }) => new Float32Array(size));
          kernels.backward(held.handle, variables.map(hostView), hostView(dValue), gradients);
          held.pass += 1;
          return gradients.map((gradient, n) => tf.tensor(gradient, variables[n].shape));
        };
        return { value: tf.tensor2d(out, [frames.shape[0], outputs]), gradFunc };
      });
      return operation(...variables) as tf.Tensor2D;
    },
  };
}
