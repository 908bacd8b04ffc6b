/**
 * Python's own safetensors package reads the files written here, and its files are read here.
 * Needs `pip install safetensors numpy`; NCP_PYTHON names the interpreter (default python3).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../src/models/safetensors.ts';
import { PYTHON, requirement } from '../require.ts';

const safetensors = requirement('python-safetensors');
const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const python = (program: string, ...args: string[]) =>
  execFileSync(PYTHON, ['-c', program, ...args], { encoding: 'utf8' });

test.skipIf(!safetensors.present)(
  safetensors.title('safetensors.numpy.load_file reads every kind of tensor we write'),
  async () => {
    const path = join(folder, 'ours.safetensors');
    const tensors = new Map<string, StoredTensor>([
      ['wm/sensory_w', { shape: [2, 3], data: Float32Array.of(0.1, -2, 3.5, 1e-40, 65504, -0) }],
      ['wiring', { shape: [2, 2], data: Int32Array.of(-1, 0, 1, 2 ** 31 - 1) }],
      ['polarity', { shape: [3], data: Int8Array.of(-1, 0, 1) }],
      ['mask', { shape: [1, 3], data: Uint8Array.of(0, 1, 255) }],
      ['sum', { shape: [], data: Float64Array.of(0.1) }],
      ['nothing', { shape: [0, 4], data: new Float32Array(0) }],
    ]);
    await writeSafetensors(path, tensors, { format: 'test' });
    const program = `
import json, sys
from safetensors import safe_open
from safetensors.numpy import load_file
tensors = load_file(sys.argv[1])
with safe_open(sys.argv[1], 'np') as opened: metadata = opened.metadata()
print(json.dumps([metadata['format'], {n: [str(t.dtype), list(t.shape), t.ravel().tolist()] for n, t in tensors.items()}]))`;
    const [format, read] = JSON.parse(python(program, path));
    expect(format).toBe('test');
    const numpyName = {
      Float32Array: 'float32',
      Int32Array: 'int32',
      Int8Array: 'int8',
      Uint8Array: 'uint8',
      Float64Array: 'float64',
    };
    const expected = [...tensors].map(([name, { shape, data }]) => [
      name,
      [numpyName[data.constructor.name as keyof typeof numpyName], shape, [...data]],
    ]);
    expect(read).toEqual(Object.fromEntries(expected));
  },
);

test.skipIf(!safetensors.present)(
  safetensors.title('a file that Python wrote is read with the same values'),
  async () => {
    const path = join(folder, 'theirs.safetensors');
    const program = `
import sys, numpy as np
from safetensors.numpy import save_file
save_file({
  'w': (np.arange(6, dtype=np.float32) / 7).reshape(2, 3),
  'a/int': np.array([-5, 6], np.int32), 'b': np.array([-1], np.int8), 'c': np.array([[200]], np.uint8),
  'd': np.array(1 / 3),
}, sys.argv[1], metadata={'by': 'python'})`;
    python(program, path);
    const { tensors, metadata } = await readSafetensors(path);
    expect(metadata).toEqual({ by: 'python' });
    expect(Object.fromEntries(tensors)).toEqual({
      w: { shape: [2, 3], data: Float32Array.of(0, 1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7) },
      'a/int': { shape: [2], data: Int32Array.of(-5, 6) },
      b: { shape: [1], data: Int8Array.of(-1) },
      c: { shape: [1, 1], data: Uint8Array.of(200) },
      d: { shape: [], data: Float64Array.of(1 / 3) },
    });
  },
);
