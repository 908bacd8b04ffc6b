/**
 * What `ncp-train doctor` finds out: Node, processor, memory, and for each backend whether it works, why not, and
 * the command that mends it. Printing is `src/cli/doctor.ts`.
 */
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { BACKENDS, type BackendName } from './names.ts';
import { findKernels } from './native/kernels.ts';
import { tensorflowInstallation, tildePath } from './paths.ts';
import { probe } from './probe.ts';
import { processorFeatures, processorHasBfloat16 } from './processor.ts';

export interface BackendReport {
  name: BackendName;
  works: boolean;
  /** What it is: library, version, CPU or GPU; absent where it is not installed. */
  version?: string;
  path?: string;
  /** Why it does not work, or not on the GPU it was installed for. */
  reason?: string;
  /** The command that mends it. */
  remedy?: string;
}

export interface Diagnosis {
  node: { version: string; supported: boolean; needed: string };
  processor: { model: string; cores: number; features: string[] };
  /** Bytes. */
  memory: { total: number; free: number };
  backends: BackendReport[];
}

const require = createRequire(import.meta.url);

/** Tries every backend that is installed. */
export async function diagnose(): Promise<Diagnosis> {
  const needed = require('../../package.json').engines.node as string;
  const backends = await Promise.all(namesHere().map(report));
  return {
    node: { version: process.version, supported: isAtLeast(process.versions.node, needed), needed },
    processor: {
      model: cpus()[0]?.model ?? process.arch,
      cores: availableParallelism(),
      features: processorFeatures(),
    },
    memory: { total: totalmem(), free: freemem() },
    backends,
  };
}

/** Of `native` nothing is said where it is not compiled: nobody has to have it. */
const namesHere = (): BackendName[] => [...BACKENDS, ...(findKernels() ? (['native'] as const) : [])];

/** Which backends are installed, without trying them. */
export function listBackends(): BackendReport[] {
  return namesHere().map((name) => ({ ...described(name), works: described(name).version !== undefined }));
}

async function report(backend: BackendName): Promise<BackendReport> {
  const found = described(backend);
  if (found.version === undefined) return { ...found, works: false };
  const probed = await probe({ backend });
  if (!probed.works) {
    const remedy =
      backend === 'tensorflow' ? 'ncp-train backend remove && ncp-train backend install' : 'npm install';
    return { ...found, works: false, reason: probed.reason, remedy };
  }
  if (backend === 'native') return { ...found, works: true };
  const { gpu } = probed;
  if (backend === 'wasm') return { ...found, works: true };
  const bf16 = !gpu && processorHasBfloat16() ? ', --precision bf16 too' : '';
  const version = `${found.version}, on the ${gpu ? 'GPU' : 'CPU'}${bf16}`;
  const lacksGpu = !gpu && tensorflowInstallation()?.gpu === true;
  const advice = lacksGpu ? { reason: 'no GPU was found; `nvidia-smi` lists those the driver has' } : {};
  return { ...found, version, works: true, ...advice };
}

function described(name: BackendName): Omit<BackendReport, 'works'> {
  if (name === 'wasm') {
    const { version } = require('@tensorflow/tfjs-backend-wasm/package.json');
    return { name, version: `TensorFlow.js ${version}, WebAssembly` };
  }
  if (name === 'native') {
    const kernels = findKernels();
    return {
      name,
      version: `own kernels for ${kernels?.variant.name}`,
      path: kernels && tildePath(kernels.path),
    };
  }
  const installation = tensorflowInstallation();
  if (installation === undefined) {
    return { name, reason: 'not installed', remedy: 'ncp-train backend install' };
  }
  const { tensorflow, gpu, python, inPlace, path } = installation;
  const source = inPlace ? ` of ${tildePath(python ?? '')}` : '';
  return {
    name,
    version: `TensorFlow ${tensorflow}${source}${gpu ? ' with CUDA' : ''}`,
    path: tildePath(path),
  };
}

/** @param needed - a range such as `>=20.19` */
function isAtLeast(version: string, needed: string): boolean {
  const [have, want] = [version, needed.replace(/^\D+/, '')].map((text) => text.split('.').map(Number));
  return have[0] !== want[0] ? have[0] > want[0] : have[1] >= (want[1] ?? 0);
}
