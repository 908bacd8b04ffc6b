/**
 * Data-parallel training on the embedded backend: every replica, a thread with its own copy of the model, takes its
 * share of each batch; their gradients are added in a fixed order, clipped once, applied once, and the new weights
 * handed out through shared memory. The same number of replicas gives the same bits; another number
 * differs by rounding only.
 */
import type { Worker } from 'node:worker_threads';
import type { HostBatch } from '../data/batches/host-batch.ts';
import { receivedError } from '../errors.ts';
import type { BatchKey } from '../models/dropout.ts';
import type { Model } from '../models/model.ts';
import { wiringToJson } from '../models/wiring/wiring-json.ts';
import { startWorker } from '../threads/thread.ts';
import { type BatchOptions, type Engine, FRAME_SIZE, type Share } from './engine.ts';
import { type AdamState, type UpdateOptions, update } from './optimizer/optimizer.ts';
import type { ReplicaData, ReplicaReply, ReplicaTask } from './replica-worker.ts';
import { publishWeights, sharedWeights, sumGradients } from './weight-buffer.ts';

/**
 * Starts the replicas.
 *
 * @param count - how many, ≥ 1
 * @throws BackendError if a thread cannot start the embedded backend
 */
export async function replicaEngine(
  model: Model,
  adam: AdamState,
  count: number,
  options: BatchOptions & UpdateOptions,
): Promise<Engine> {
  const weights = sharedWeights(model);
  publishWeights(model, weights);
  const replicas = Array.from({ length: count }, () => new Replica(model, weights, options));
  await Promise.all(replicas.map((replica) => replica.ready));

  return {
    replicas: count,
    async step(batch, key) {
      const shares = splitEvenly(batch.B, count);
      const replies = await Promise.all(shares.map((share, n) => replicas[n].gradients(batch, key, share)));
      const gradients = sumGradients(
        model,
        replicas.slice(0, shares.length).map((replica) => replica.gradientBuffer),
      );
      const gradientNorm = update(model, gradients, adam, options);
      publishWeights(model, weights);
      // The loss is normalised over the whole batch and adds up; the means are weighted by the shares' sizes.
      const mean = (of: 'mse' | 'mae') =>
        replies.reduce((sum, reply, n) => sum + (reply[of] * (shares[n].end - shares[n].first)) / batch.B, 0);
      const loss = replies.reduce((sum, reply) => sum + reply.loss, 0);
      return { loss, mse: mean('mse'), mae: mean('mae'), gradientNorm };
    },
    async perFrame(frames) {
      const shares = splitEvenly(frames.length / FRAME_SIZE, count);
      const parts = await Promise.all(
        shares.map(({ first, end }, n) =>
          replicas[n].perFrame(frames.slice(first * FRAME_SIZE, end * FRAME_SIZE)),
        ),
      );
      const values = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
      let at = 0;
      for (const part of parts) {
        values.set(part, at);
        at += part.length;
      }
      return values;
    },
    weightsChanged: () => publishWeights(model, weights),
    async close() {
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}

/** As equal parts as there can be of `size`, none of them empty. */
export function splitEvenly(size: number, parts: number): Share[] {
  const count = Math.min(size, parts);
  return Array.from({ length: count }, (_, n) => ({
    first: Math.floor((n * size) / count),
    end: Math.floor(((n + 1) * size) / count),
  }));
}

/** One thread, and the task it is at. */
class Replica {
  readonly gradientBuffer: Float32Array;
  readonly ready: Promise<ReplicaReply>;
  readonly #worker: Worker;
  #settle: { resolve(reply: ReplicaReply): void; reject(error: Error): void } | undefined;

  constructor(model: Model, weights: Float32Array, options: BatchOptions) {
    this.gradientBuffer = sharedWeights(model);
    const wiring = model.kind === 'recurrent' && model.wiring ? wiringToJson(model.wiring) : undefined;
    const data: ReplicaData = {
      modelOptions: model.options,
      wiring,
      weights,
      gradients: this.gradientBuffer,
      batchOptions: { curveFactor: options.curveFactor, keep: options.keep },
    };
    this.#worker = startWorker('replica-worker', import.meta.url, data);
    this.#worker.on('message', (reply: ReplicaReply) => {
      if (reply.failed === undefined) this.#settle?.resolve(reply);
      else this.#settle?.reject(receivedError(reply.failed));
    });
    this.#worker.on('error', (error) => this.#settle?.reject(error));
    this.#worker.on('exit', (code) => this.#settle?.reject(new Error(`a replica ended with status ${code}`)));
    this.ready = this.#reply();
  }

  gradients(batch: HostBatch, key: BatchKey, share: Share): Promise<ReplicaReply> {
    return this.#ask({ kind: 'gradients', batch, key, share });
  }

  async perFrame(frames: Uint8Array): Promise<Float32Array> {
    return (await this.#ask({ kind: 'perFrame', frames })).values as Float32Array;
  }

  async close(): Promise<void> {
    this.#settle = undefined;
    await this.#worker.terminate();
  }

  #ask(task: ReplicaTask): Promise<ReplicaReply> {
    const reply = this.#reply();
    this.#worker.postMessage(task);
    return reply;
  }

  #reply(): Promise<ReplicaReply> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }
}
