/** What this machine's processor brings for convolutions in bfloat16, `--precision bf16`. */
import { processorFeatures } from './processor.ts';

/** Instructions of which one makes bfloat16 worth while, by their names in /proc/cpuinfo. */
const BFLOAT16 = ['avx512_bf16', 'amx_bf16', 'bf16'];

/** Whether the processor computes in bfloat16 by itself; where it does not, bf16 is slower than float32. */
export function processorHasBfloat16(): boolean {
  return processorFeatures().some((feature) => BFLOAT16.includes(feature));
}
