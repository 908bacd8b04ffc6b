/**
 * A graph made ready to run in TensorFlow. It goes through a file, because the add-on loads graphs from a folder only:
 * one of its own in the system's folder for temporary files, gone again before this returns.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { type TensorFlowBackend, tensorflowBackend } from '../tensorflow.ts';
import type { Graph } from './graph.ts';
import { savedModelBytes, TAG } from './saved-model.ts';

export interface Program {
  /** @returns the signature's outputs, in its order */
  run(signature: string, inputs: readonly tf.Tensor[]): tf.Tensor[];
  /** Frees what TensorFlow keeps for the graph. */
  dispose(): void;
}

/** What of NodeJSKernelBackend concerns graphs. */
interface GraphBackend extends TensorFlowBackend {
  loadSavedModelMetaGraph(path: string, tags: string): number;
  runSavedModel(
    session: number,
    inputs: readonly tf.Tensor[],
    inputNames: readonly { name: string }[],
    outputNames: readonly string[],
  ): tf.Tensor[];
  deleteSavedModel(session: number): void;
}

/**
 * Only with the backend `tensorflow`.
 * @throws Error if the temporary folder cannot be written, or TensorFlow refuses the graph
 */
export function loadProgram(graph: Graph): Program {
  const backend = tensorflowBackend() as GraphBackend;
  const session = loadThroughFile(backend, savedModelBytes(graph));
  return {
    run(name, given) {
      const signature = graph.signatures.get(name);
      if (!signature) throw new Error(`the graph has no signature ${name}`);
      const { inputs, outputs } = signature;
      return backend.runSavedModel(
        session,
        given,
        inputs,
        outputs.map((output) => output.name),
      );
    },
    dispose: () => backend.deleteSavedModel(session),
  };
}

function loadThroughFile(backend: GraphBackend, bytes: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'ncp-train-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), bytes);
    return backend.loadSavedModelMetaGraph(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
