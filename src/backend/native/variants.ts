/**
 * The instruction sets that the project's own kernels (folder native/) are compiled for, each as an add-on of its own: one that
 * the processor lacks is never loaded. The fastest stands first.
 */
import { join } from 'node:path';
import { processorFeatures } from '../processor.ts';

/** Where add-ons are. */
export const BUILT = join(import.meta.dirname, '../../../dist/native');

export interface Variant {
  readonly name: string;
  readonly platform: NodeJS.Platform;
  readonly arch: NodeJS.Architecture;
  /** What the processor must have, by the names in /proc/cpuinfo; nothing where every processor of that kind has it. */
  readonly needs: readonly string[];
  /** For GCC and Clang. */
  readonly flags: readonly string[];
  /** `-mcpu` of zig, whose names are others, after the target. */
  readonly zig: { readonly target: string; readonly cpu: string };
}

const AVX2 = ['avx2', 'fma', 'f16c', 'bmi2'];
const AVX512 = [...AVX2, 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl', 'avx512cd'];
const X64 = { platform: 'linux', arch: 'x64' } as const;
const GNU_X64 = 'x86_64-linux-gnu.2.28';

export const VARIANTS: readonly Variant[] = [
  {
    ...X64,
    name: 'avx512bf16',
    needs: [...AVX512, 'avx512_bf16'],
    flags: ['-march=x86-64-v4', '-mavx512bf16', '-mprefer-vector-width=512'],
    zig: { target: GNU_X64, cpu: 'x86_64_v4+avx512bf16' },
  },
  {
    ...X64,
    name: 'avx512',
    needs: AVX512,
    flags: ['-march=x86-64-v4', '-mprefer-vector-width=512'],
    zig: { target: GNU_X64, cpu: 'x86_64_v4' },
  },
  {
    ...X64,
    name: 'avx2',
    needs: AVX2,
    flags: ['-march=x86-64-v3'],
    zig: { target: GNU_X64, cpu: 'x86_64_v3' },
  },
  {
    name: 'neon',
    platform: 'linux',
    arch: 'arm64',
    needs: [],
    flags: [],
    zig: { target: 'aarch64-linux-gnu.2.28', cpu: 'generic' },
  },
  {
    name: 'neon',
    platform: 'darwin',
    arch: 'arm64',
    needs: [],
    flags: [],
    zig: { target: 'aarch64-macos', cpu: 'apple_m1' },
  },
];

/** Name of a variant's add-on, e.g. `linux-x64-avx512.node`. */
export function addonName({ platform, arch, name }: Variant): string {
  return `${platform}-${arch}-${name}.node`;
}

/** The variants that this machine can run, the fastest first. */
export function variantsHere(features: readonly string[] = processorFeatures('all')): Variant[] {
  return VARIANTS.filter(
    ({ platform, arch, needs }) =>
      platform === process.platform &&
      arch === process.arch &&
      needs.every((feature) => features.includes(feature)),
  );
}
