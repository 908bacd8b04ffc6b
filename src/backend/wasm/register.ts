/**
 * Puts this folder's convolutions in the place of those of @tensorflow/tfjs-backend-wasm, so that every `tf.conv2d`,
 * its gradients and every layer built on it use them. What they do not do is handed to the package's own kernel.
 */

import {
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { filterGradient } from './filter-gradient.ts';
import { convolve } from './forward.ts';
import { type ConvolutionAttributes, geometryOf } from './geometry.ts';
import { inputGradient } from './input-gradient.ts';
import type { WasmBackend } from './memory.ts';
import { reluBiasKernels } from './relu-bias-gradient.ts';

const BACKEND = 'wasm';

interface ForwardAttributes extends ConvolutionAttributes {
  dilations: [number, number] | number;
  activation?: string;
}

/** The loops read float32, whatever is there. */
function requireFloat32(kernelName: string, inputs: Record<string, TensorInfo | undefined>): void {
  for (const [name, tensor] of Object.entries(inputs)) {
    if (tensor && tensor.dtype !== 'float32') {
      throw new Error(`wasm backend ${kernelName} needs float32 tensors, but ${name} is ${tensor.dtype}`);
    }
  }
}

/** Conv2D and FusedConv2D; `own` is the package's kernel. */
function forwardKernel(kernelName: 'Conv2D' | 'FusedConv2D', own: KernelFunc): KernelFunc {
  return (call) => {
    const { x, filter, bias } = call.inputs as Record<string, TensorInfo | undefined>;
    const attributes = call.attrs as unknown as ForwardAttributes;
    const { dilations, activation = 'linear', dataFormat } = attributes;
    const dilated = [dilations].flat().some((dilation) => dilation !== 1);
    const otherActivation = activation !== 'linear' && activation !== 'relu'; // prelu among them
    const otherBias = bias !== undefined && bias.shape.length !== 1;
    if (dilated || otherActivation || otherBias || dataFormat === 'NCHW') return own(call);
    requireFloat32(kernelName, { x, filter, bias });
    const geometry = geometryOf(
      kernelName,
      (x as TensorInfo).shape,
      (filter as TensorInfo).shape,
      attributes,
    );
    const backend = call.backend as WasmBackend;
    return convolve(backend, x as TensorInfo, filter as TensorInfo, bias, activation === 'relu', geometry);
  };
}

const filterGradientKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  requireFloat32('Conv2DBackpropFilter', { x, dy });
  const attributes = attrs as unknown as ConvolutionAttributes & { filterShape: number[] };
  const geometry = geometryOf('Conv2DBackpropFilter', x.shape, attributes.filterShape, attributes);
  return filterGradient(backend as WasmBackend, x, dy, geometry);
};

const inputGradientKernel: KernelFunc = ({ inputs, backend, attrs }) => {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  requireFloat32('Conv2DBackpropInput', { dy, filter });
  const attributes = attrs as unknown as ConvolutionAttributes & { inputShape: number[] };
  const geometry = geometryOf('Conv2DBackpropInput', attributes.inputShape, filter.shape, attributes);
  return inputGradient(backend as WasmBackend, dy, filter, geometry);
};

/** Replaces a kernel quietly; the package's own set-up still runs, for calls that are handed on to it. */
function replace(kernelName: string, make: (own: KernelConfig) => KernelFunc): void {
  const own = getKernel(kernelName, BACKEND);
  unregisterKernel(kernelName, BACKEND);
  registerKernel({ ...own, kernelFunc: make(own) });
}

/** Registers all kernels of this folder. Once per process, after the package has registered its own. */
export function registerConvolutionKernels(): void {
  replace('Conv2D', (own) => forwardKernel('Conv2D', own.kernelFunc));
  replace('FusedConv2D', (own) => forwardKernel('FusedConv2D', own.kernelFunc));
  replace('Conv2DBackpropInput', () => inputGradientKernel);
  registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: BACKEND,
    kernelFunc: filterGradientKernel,
  });
  for (const kernel of reluBiasKernels) registerKernel(kernel);
}
