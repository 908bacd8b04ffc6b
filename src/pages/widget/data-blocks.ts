/** Numbers as text in the page (layout.ts), and what may stand in a block of it. */
import { NO_NUMBER, type PageNeurons, type Part, TOP } from './layout.ts';

/** Little-endian, as every machine here and every browser there has it. */
export function base64(array: Float32Array | Uint16Array | Uint8Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}

/**
 * States, each neuron in 65,534 steps between the least and the largest of its values.
 *
 * @param values - [N,U]
 * @param names - [U]
 */
export function neuronLevels(values: Float32Array, names: readonly string[]): PageNeurons {
  const U = names.length;
  const low = new Float32Array(U).fill(Number.POSITIVE_INFINITY);
  const high = new Float32Array(U).fill(Number.NEGATIVE_INFINITY);
  for (const [i, value] of values.entries()) {
    if (!Number.isFinite(value)) continue;
    low[i % U] = Math.min(low[i % U], value);
    high[i % U] = Math.max(high[i % U], value);
  }
  for (let u = 0; u < U; u++) if (low[u] > high[u]) low[u] = high[u] = Number.NaN; // never a number
  const levels = Uint16Array.from(values, (value, i) => {
    if (!Number.isFinite(value)) return NO_NUMBER;
    const range = high[i % U] - low[i % U];
    return range > 0 ? Math.round(((value - low[i % U]) / range) * TOP) : 0;
  });
  return { names, low: base64(low), high: base64(high), levels: base64(levels) };
}

/** The opening tag of a block. A browser takes its type for data and runs nothing of it. */
export function blockStart(part: Part, drive: number): string {
  const type = part === 'drive' ? 'application/json' : 'text/plain';
  return `<script type="${type}" data-part="${part}" data-drive="${drive}">`;
}

export const BLOCK_END = '</script>\n';

/** JSON that cannot end the block that it stands in, whatever the names in it. */
export function blockJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
