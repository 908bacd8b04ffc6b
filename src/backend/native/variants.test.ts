import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CNN_STACK, FRAME, HEAD_STACK, shapedLayers } from '../../models/convolution.ts';
import { SOURCES } from './compile.ts';
import { variantsHere } from './variants.ts';

it('a processor gets the variants whose instructions it has, the fastest first', () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  const avx2 = ['avx2', 'fma', 'f16c', 'bmi2'];
  const avx512 = [...avx2, 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl', 'avx512cd'];
  const names = (features: string[]) => variantsHere(features).map(({ name }) => name);
  expect(names([])).toEqual([]);
  expect(names(['avx2'])).toEqual([]);
  expect(names(avx2)).toEqual(['avx2']);
  expect(names(avx512)).toEqual(['avx512', 'avx2']);
  expect(names([...avx512, 'avx512_bf16'])).toEqual(['avx512bf16', 'avx512', 'avx2']);
});

it('the kernels have the layers of convolution.ts', () => {
  const text = readFileSync(join(SOURCES, 'layers.hpp'), 'utf8');
  for (const [name, stack] of Object.entries({ HEAD_LAYERS: HEAD_STACK, CNN_LAYERS: CNN_STACK })) {
    const body = new RegExp(`${name}\\[LAYERS\\] = \\{([\\s\\S]*?)\\n\\};`).exec(text)?.[1] ?? '';
    const rows = Array.from(body.matchAll(/\{([^}]+)\}/g), ([, row]) => row.split(',').map(Number));
    let { height, width } = FRAME as { height: number; width: number };
    const expected = shapedLayers(stack).map((layer) => {
      const before = (size: number, out: number) =>
        stack.padding === 'valid'
          ? 0
          : Math.floor(Math.max(0, (out - 1) * layer.stride + layer.size - size) / 2);
      const row = [
        layer.kernelShape[2],
        height,
        width,
        layer.filters,
        layer.size,
        layer.stride,
        before(height, layer.height),
        before(width, layer.width),
        layer.height,
        layer.width,
      ];
      [height, width] = [layer.height, layer.width];
      return row;
    });
    expect(rows, name).toEqual(expected);
  }
});
