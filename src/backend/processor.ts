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

/** From Linux's description of the first core; elsewhere nothing is known. */
export function processorFeatures(): string[] {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    const has = new Set(line.trim().split(/\s+/));
    return FEATURES.filter((feature) => has.has(feature));
  } catch {
    return [];
  }
}
