/**
 * The one inner loop that all convolutions of the embedded backend run in: a small matrix product
 *
 *   C[i][j] += Σ_k A[i,k] · B[k][j]      i < I, j < J, k < K
 *
 * whose operands are windows of larger tensors, so nothing is packed, transposed or gathered first.
 * Rows of B and C are contiguous and lie `bStride`, `cStride` bytes apart; A is contiguous along its
 * rows or along its depth (`Contiguous`) and has one stride for the other direction.
 *
 * The construction is the usual one (Goto and van de Geijn, ACM TOMS 34(3), 2008): a tile of C of a few
 * rows and two vectors stays in registers while k runs. Sixteen registers hold 4 × 8 sums with separate
 * multiply and add; with fused multiply-add 5 × 8 and an unrolled k are faster (measured on Node 20 and 24).
 */

import {
  type Code,
  countDown,
  F32,
  f32,
  get,
  I32,
  i32,
  increase,
  type Local,
  set,
  V128,
  v128,
  type WasmFunction,
} from '../../wasm/assembler.ts';

/**
 * How A[i,k] is addressed: `rows`: A[i + k·aStride], `depth`: A[i·aStride + k].
 */
export type Contiguous = 'rows' | 'depth';

/** `multiplyAdd(a, aStride, b, bStride, c, cStride, I, J, K)`: byte addresses, strides in bytes, sizes in entries. */
export type MultiplyAdd = (
  a: number,
  aStride: number,
  b: number,
  bStride: number,
  c: number,
  cStride: number,
  I: number,
  J: number,
  K: number,
) => void;

const BYTES = 4; // of a float32

/**
 * Assembles one multiply-add function.
 *
 * @param name - its exported name.
 * @param contiguous - how A is addressed.
 * @param fused - whether to use fused multiply-add (needs relaxed SIMD: Node 22 and later).
 */
export function multiplyAddFunction(name: string, contiguous: Contiguous, fused: boolean): WasmFunction {
  const [a, aStride, b, bStride, c, cStride, I, J, K] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const parameters = 9;
  const tileRows = fused ? 5 : 4;
  const unroll = fused ? 4 : 1;

  const locals: number[] = [];
  const local = (type: number): Local => parameters + locals.push(type) - 1;
  const localPerRow = (type: number): Local[] => Array.from({ length: tileRows }, () => local(type));
  const [rowsLeft, depthLeft, tileA, tileC, walkB] = [I32, I32, I32, I32, I32].map(local);
  const walkA = localPerRow(I32);
  const rowC = localPerRow(I32);
  const vectorB = [local(V128), local(V128)];
  const splatA = local(V128);
  const sums = [localPerRow(V128), localPerRow(V128)];
  const scalarB = local(F32);
  const scalarSums = localPerRow(F32);

  /** Address of A[row, k + ahead] as a local and a constant offset; with contiguous rows one pointer serves all. */
  const addressA = (row: number, ahead: number): [Local, number] =>
    contiguous === 'rows' ? [walkA[0], row * BYTES] : [walkA[row], ahead * BYTES];

  /** One k: `width` entries of B's row times one entry of each of A's rows. */
  const multiplyRow = (rows: readonly number[], width: number, ahead: number): Code => {
    const vectors = width === 8 ? [0, 1] : width === 4 ? [0] : [];
    const nextB = increase(walkB, get(bStride));
    if (vectors.length === 0) {
      const step = rows.flatMap((row) => {
        const [pointer, offset] = addressA(row, ahead);
        const product = [...get(pointer), ...f32.load(offset), ...get(scalarB), ...f32.mul];
        return [...get(scalarSums[row]), ...product, ...f32.add, ...set(scalarSums[row])];
      });
      return [...get(walkB), ...f32.load(0), ...set(scalarB), ...step, ...nextB];
    }
    const loadB = vectors.flatMap((v) => [...get(walkB), ...v128.load(16 * v), ...set(vectorB[v])]);
    const step = rows.flatMap((row) => {
      const [pointer, offset] = addressA(row, ahead);
      const accumulate = vectors.flatMap((v) => {
        const [sum, factors] = [sums[v][row], [...get(splatA), ...get(vectorB[v])]];
        return fused
          ? [...factors, ...get(sum), ...v128.multiplyAdd, ...set(sum)]
          : [...get(sum), ...factors, ...v128.mul, ...v128.add, ...set(sum)];
      });
      return [...get(pointer), ...v128.loadSplat(offset), ...set(splatA), ...accumulate];
    });
    return [...loadB, ...step, ...nextB];
  };

  /** A tile of C of `count` rows and `width` columns over all k, then on to the tile below it. */
  const tile = (count: number, width: number): Code => {
    const rows = [...Array(count).keys()];
    const pointers = rows.flatMap((row) => [
      ...(row === 0 ? get(tileA) : [...get(walkA[row - 1]), ...get(aStride), ...i32.add]),
      ...set(walkA[row]),
      ...(row === 0 ? get(tileC) : [...get(rowC[row - 1]), ...get(cStride), ...i32.add]),
      ...set(rowC[row]),
    ]);
    const parts = width === 1 ? [] : width === 4 ? [0] : [0, 1];
    const load = rows.flatMap((row) =>
      width === 1
        ? [...get(rowC[row]), ...f32.load(0), ...set(scalarSums[row])]
        : parts.flatMap((v) => [...get(rowC[row]), ...v128.load(16 * v), ...set(sums[v][row])]),
    );
    const store = rows.flatMap((row) =>
      width === 1
        ? [...get(rowC[row]), ...get(scalarSums[row]), ...f32.store(0)]
        : parts.flatMap((v) => [...get(rowC[row]), ...get(sums[v][row]), ...v128.store(16 * v)]),
    );
    const advance = (steps: number): Code =>
      contiguous === 'rows'
        ? increase(walkA[0], get(aStride))
        : rows.flatMap((row) => increase(walkA[row], i32.const(steps * BYTES)));
    const single = countDown(depthLeft, 1, [...multiplyRow(rows, width, 0), ...advance(1)]);
    const unrolled =
      contiguous === 'depth' && unroll > 1
        ? countDown(depthLeft, unroll, [
            ...[...Array(unroll).keys()].flatMap((ahead) => multiplyRow(rows, width, ahead)),
            ...advance(unroll),
          ])
        : [];
    const rowStep =
      contiguous === 'rows' ? i32.const(count * BYTES) : [...get(aStride), ...i32.const(count), ...i32.mul];
    return [
      ...pointers,
      ...get(b),
      ...set(walkB),
      ...get(K),
      ...set(depthLeft),
      ...load,
      ...unrolled,
      ...single,
      ...store,
      ...increase(tileA, rowStep),
      ...increase(tileC, [...get(cStride), ...i32.const(count), ...i32.mul]),
    ];
  };

  /** All rows of `width` columns, as often as they fit; b, c and J move on to the columns right of them. */
  const panel = (width: number): Code =>
    countDown(J, width, [
      ...get(a),
      ...set(tileA),
      ...get(c),
      ...set(tileC),
      ...get(I),
      ...set(rowsLeft),
      ...[...Array(tileRows).keys()]
        .reverse()
        .flatMap((row) => countDown(rowsLeft, row + 1, tile(row + 1, width))),
      ...increase(b, i32.const(width * BYTES)),
      ...increase(c, i32.const(width * BYTES)),
    ]);

  const body = [...panel(8), ...panel(4), ...panel(1)];
  return { name, parameters, locals, body };
}
