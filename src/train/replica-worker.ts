/** A replica's thread: see replicas.ts. It answers every task with one message. */

import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../backend/choose.ts';
import type { HostBatch } from '../data/batches/host-batch.ts';
import { type SentError, sentError } from '../errors.ts';
import type { BatchKey } from '../models/dropout.ts';
import { buildModel } from '../models/registry.ts';
import { type WiringJson, wiringFromJson } from '../models/wiring/wiring-json.ts';
import type { ModelOptions } from '../options/schema.ts';
import { type BatchOptions, perFrame, type Share, shareOf } from './engine.ts';
import { gradientsOf } from './step.ts';
import { adoptWeights, publishGradients } from './weight-buffer.ts';

/** What the thread starts with. The arrays are shared memory. */
export interface ReplicaData {
  readonly modelOptions: ModelOptions;
  readonly wiring: WiringJson | undefined;
  readonly weights: Float32Array;
  readonly gradients: Float32Array;
  readonly batchOptions: BatchOptions;
}

export type ReplicaTask =
  | { readonly kind: 'gradients'; readonly batch: HostBatch; readonly key: BatchKey; readonly share: Share }
  | { readonly kind: 'perFrame'; readonly frames: Uint8Array };

export interface ReplicaReply {
  readonly loss: number;
  readonly mse: number;
  readonly mae: number;
  /** Of `perFrame`. */
  readonly values?: Float32Array;
  /** The message of a NotFiniteError instead of all that; an error's class does not cross threads. */
  readonly failed?: SentError;
}

const NOTHING: ReplicaReply = { loss: 0, mse: 0, mae: 0 };

const data = workerData as ReplicaData;
await useBackend('wasm');
const wiring = data.wiring && wiringFromJson(data.wiring);
const model = buildModel(data.modelOptions, 0, wiring);

parentPort?.on('message', (task: ReplicaTask) => parentPort?.postMessage(answerOrRefuse(task)));
parentPort?.postMessage(NOTHING); // ready

function answerOrRefuse(task: ReplicaTask): ReplicaReply {
  try {
    return answer(task);
  } catch (error) {
    return { ...NOTHING, failed: sentError(error) };
  }
}

function answer(task: ReplicaTask): ReplicaReply {
  adoptWeights(model, data.weights);
  if (task.kind === 'perFrame') return { ...NOTHING, values: perFrame(model, task.frames) };
  const batch = shareOf(task.batch, data.batchOptions, task.key, task.share);
  const { gradients, inTensorFlow: _none, ...metrics } = gradientsOf(model, batch);
  tf.dispose([batch.frames, ...(batch.dropout ?? [])]);
  publishGradients(model, gradients, data.gradients);
  return metrics;
}
