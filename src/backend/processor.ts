/** Which instructions the processor has, of those that decide how fast the backends are. */
import { readFileSync } from 'node:fs';

const FEATURES = [
  'avx',
  'avx2',
  'fma',
  'avx512f',
  'avx512_vnni',
  'avx512_bf16',
  'amx_bf16',
  'asimd',
  'sve',
  'bf16',
];

/**
 * From Linux's description of the first core; elsewhere nothing is known.
 *
 * @param which - `all`: everything that it lists
 */
export function processorFeatures(which: 'deciding' | 'all' = 'deciding'): string[] {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    const has = new Set(line.trim().split(/\s+/));
    return which === 'all' ? [...has] : FEATURES.filter((feature) => has.has(feature));
  } catch {
    return [];
  }
}

/** Instructions of which one makes bfloat16 worth while, by their names in /proc/cpuinfo. */
const BFLOAT16 = ['avx512_bf16', 'amx_bf16', 'bf16'];

/** Whether the processor computes in bfloat16 by itself; where it does not, bf16 is slower than float32. */
export function processorHasBfloat16(): boolean {
  return processorFeatures().some((feature) => BFLOAT16.includes(feature));
}
