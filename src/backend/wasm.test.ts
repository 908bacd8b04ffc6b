import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { registerWasm } from './wasm.ts';

const handlers = () => [
  process.listenerCount('uncaughtException'),
  process.listenerCount('unhandledRejection'),
];

test('the embedded backend starts on one thread, quietly, and leaves the active backend and the handlers of errors alone', async () => {
  tf.env().set('IS_TEST', true); // no greeting from the cpu backend
  await tf.setBackend('cpu');
  const warnings: unknown[] = [];
  const warn = console.warn;
  console.warn = (...words: unknown[]) => warnings.push(words);
  const before = handlers();
  await registerWasm();
  await registerWasm();
  console.warn = warn;
  expect(tf.getBackend()).toBe('cpu');
  expect(handlers()).toEqual(before);
  expect(warnings).toEqual([]);
  expect(await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')).toBe(false);
  const { getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
  expect(getThreadsCount()).toBe(1);
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeDefined();
});

test('a worker thread has an embedded backend of its own', async () => {
  const backend = JSON.stringify(new URL('./wasm.ts', import.meta.url).href);
  const program = `
    const { parentPort } = require('node:worker_threads');
    (async () => {
      (await import('tsx/esm/api')).register();
      const tf = require('@tensorflow/tfjs-core');
      await (await import(${backend})).registerWasm();
      const y = tf.conv2d(tf.ones([1, 4, 4, 1]), tf.ones([3, 3, 1, 1]), 1, 'valid');
      parentPort.postMessage([tf.getBackend(), ...y.dataSync()]);
    })();`;
  const worker = new Worker(program, { eval: true });
  const answer = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  expect(answer).toEqual(['wasm', 9, 9, 9, 9]);
});
