import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assemble } from '../../wasm/assembler.ts';
import { webAssembly } from '../../wasm/webassembly.ts';
import { hasFusedMultiplyAdd } from './kernels.ts';
import { type Contiguous, type MultiplyAdd, multiplyAddFunction } from './multiply-add.ts';

const variants = [
  { contiguous: 'rows', fused: false },
  { contiguous: 'depth', fused: false },
  { contiguous: 'rows', fused: true },
  { contiguous: 'depth', fused: true },
] as { contiguous: Contiguous; fused: boolean }[];

for (const { contiguous, fused } of variants) {
  const works = !fused || hasFusedMultiplyAdd();
  const title = `C += A·B with contiguous ${contiguous}${fused ? ', fused' : ''}, at every size and stride`;
  const skipped = works ? '' : ' (skipped: this Node has no fused multiply-add in WebAssembly, Node 22 has)';
  test.skipIf(!works)(title + skipped, () => {
    const Memory = (
      globalThis as unknown as { WebAssembly: { Memory: new (pages: object) => { buffer: ArrayBuffer } } }
    ).WebAssembly.Memory;
    const memory = new Memory({ initial: 4 });
    const module = new webAssembly.Module(assemble([multiplyAddFunction('f', contiguous, fused)]));
    const { f } = new webAssembly.Instance(module, { backend: { memory } }).exports as { f: MultiplyAdd };
    const heap = new Float32Array(memory.buffer);
    const [a, b, c] = [0, 20_000, 40_000];
    const size = fc.integer({ min: 1, max: 25 });
    fc.assert(
      fc.property(size, size, size, fc.nat(9), fc.nat(9), (I, J, K, gapB, gapC) => {
        for (let i = 0; i < heap.length; i++) heap[i] = ((i * 7919) % 31) - 15; // integers: exact in float32
        const before = heap.slice();
        const [aStride, bStride, cStride] = [30, J + gapB, J + gapC];
        f(4 * a, 4 * aStride, 4 * b, 4 * bStride, 4 * c, 4 * cStride, I, J, K);
        const expected = before.slice();
        for (let i = 0; i < I; i++) {
          for (let k = 0; k < K; k++) {
            const entry = before[a + (contiguous === 'rows' ? i + k * aStride : i * aStride + k)];
            for (let j = 0; j < J; j++) expected[c + i * cStride + j] += entry * before[b + k * bStride + j];
          }
        }
        expect(heap.findIndex((entry, i) => entry !== expected[i])).toBe(-1); // and nothing beside C is touched
      }),
    );
  });
}
