/**
 * Curves of a run that was stopped within an epoch, gone on with, killed, and gone on with again: every step is in the event
 * file once, in order. That whole runs leave the same events however they are interrupted is tested in test/e2e/training.test.ts.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Model } from '../../src/models/model.ts';
import { EVENT_FILE, openEvents, type Place } from '../../src/train/tensorboard/event-file.ts';
import { temporaryFolder } from '../e2e/command-line.ts';
import { eventsIn } from '../event-files.ts';

const [EPOCHS, BATCHES] = [4, 3];
const FIGURES = { loss: 0.5, mae: 0.25 };
const WEIGHTS = new Map([['w', { dataSync: () => Float32Array.of(1, 2) }]]);
const model = { weights: WEIGHTS, existing: new Map() } as unknown as Model;

/** What `fit` tells the file, from a checkpoint until so many batches were trained. */
async function trained(folder: string, from: Place, batches: number) {
  const events = await openEvents(folder, from, BATCHES);
  for (let n = from.epoch * BATCHES + from.batch; n < batches; n++) {
    const [epoch, batch] = [Math.floor(n / BATCHES), n % BATCHES];
    if (batch === 0 && !(epoch === from.epoch && from.valid)) events.validated(epoch, FIGURES, model);
    events.stepped(epoch, batch, { mse: n, mae: 1, gradientNorm: 2 });
    if (batch === BATCHES - 1)
      events.epochEnded(epoch, { ...FIGURES, gradientNorm: 2, framesPerSecond: 100 });
  }
  if (batches === EPOCHS * BATCHES) events.validated(EPOCHS, FIGURES, model);
  events.close();
}

it('has every step once', async () => {
  const folder = temporaryFolder();
  await trained(folder, { epoch: 0, batch: 0, valid: null }, 5); // stopped within epoch 1, with a checkpoint there
  await trained(folder, { epoch: 1, batch: 2, valid: FIGURES }, 11); // killed within epoch 3; the last checkpoint is its start
  await trained(folder, { epoch: 3, batch: 0, valid: null }, EPOCHS * BATCHES);
  const steps = (tag: string) =>
    eventsIn(join(folder, EVENT_FILE)).filter((event) => event.startsWith(`${tag} `));
  const each = (tag: string, count: number) => Array.from({ length: count }, (_, n) => `${tag} ${n}`);
  expect(steps('batch/loss')).toEqual(each('batch/loss', EPOCHS * BATCHES));
  expect(steps('loss/train')).toEqual(each('loss/train', EPOCHS));
  expect(steps('loss/valid')).toEqual(each('loss/valid', EPOCHS + 1));
});
