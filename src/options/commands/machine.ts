/** Options of the commands on this machine: `backend …` and `doctor`. */
import { z } from 'zod';
import { field, flag, matching, text } from '../fields.ts';

/** The newest TensorFlow that the tests were run with: what `backend install` brings, unless it is told another. */
export const TENSORFLOW = '2.21.0';

/** `backend install`. */
export const backendInstallOptions = z.strictObject({
  gpu: flag('with the CUDA libraries, for NVIDIA GPUs'),
  python: field(text, 'use the TensorFlow of this Python, or its pip').open('pip of python3'),
  tensorflow: field(
    matching(/^\d+\.\d+\.\d+(rc\d+)?$/, `a version such as ${TENSORFLOW}`),
    'version of TensorFlow',
  ).open(TENSORFLOW),
});

/** `backend list`, which needs none. */
export const backendListOptions = z.strictObject({});

/** `backend remove`, which needs none. */
export const backendRemoveOptions = z.strictObject({});

/** `doctor`. */
export const doctorOptions = z.strictObject({
  speed: flag('also train for a second on each backend'),
});
