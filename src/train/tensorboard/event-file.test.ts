/** The event file of a run: in the order of training, cut where a run is resumed, whatever a killed process left behind. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { eventsIn } from '../../../test/event-files.ts';
import { smallDisk } from '../../../test/small-disk.ts';
import { DataError } from '../../errors.ts';
import type { Model } from '../../models/model.ts';
import { EVENT_FILE, openEvents, type Place } from './event-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-'));
  vi.spyOn(Date, 'now').mockReturnValue(1.7e12);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const BATCHES = 3;
const FIGURES = { loss: 0.5, mae: 0.25 };
const START: Place = { epoch: 0, batch: 0, valid: null };
const at = (epoch: number, batch: number): Place => ({ epoch, batch, valid: FIGURES });
const file = () => readFileSync(join(folder, EVENT_FILE));

/** As much of a model as events need. */
function modelOf(weights: Record<string, number[]>, existing: Record<string, number[]> = {}): Model {
  const variables = Object.entries(weights).map(([name, values]) => [
    name,
    { dataSync: () => Float32Array.from(values) },
  ]);
  const masks = Object.entries(existing).map(([name, mask]) => [name, Uint8Array.from(mask)]);
  return { weights: new Map(variables as never), existing: new Map(masks as never) } as unknown as Model;
}

/** Trains without training, from `from` until `until` batches of `epochs` epochs are done. */
async function run(from: Place, epochs: number, into = folder) {
  const events = await openEvents(into, from, BATCHES);
  let { epoch, batch, valid } = from;
  for (; ; epoch++, batch = 0, valid = null) {
    if (valid === null) events.validated(epoch, FIGURES, modelOf({ w: [epoch, 0.5, -1] }));
    events.sync();
    if (epoch === epochs) break;
    for (; batch < BATCHES; batch++) {
      events.stepped(epoch, batch, { mse: epoch + batch / 10, mae: 1, gradientNorm: 2 });
    }
    events.epochEnded(epoch, { ...FIGURES, gradientNorm: 2, framesPerSecond: 100 });
  }
  events.close();
  return events;
}

it('stands in the order of training', async () => {
  const { missing } = await run(START, 1);
  expect(missing).toEqual([]);
  expect(eventsIn(join(folder, EVENT_FILE))).toEqual([
    'loss/valid 0',
    'batch/loss 0',
    'batch/loss 1',
    'batch/loss 2',
    'loss/train 0',
    'loss/valid 1',
  ]);
});

it('cut short at any byte and resumed, it is that of a run in one go', async () => {
  await run(START, 3);
  const whole = file();
  const ofOneEpoch = await mkdtemp(join(tmpdir(), 'events-'));
  await run(START, 1, ofOneEpoch);
  const start = readFileSync(join(ofOneEpoch, EVENT_FILE)).length;
  await rm(ofOneEpoch, { recursive: true });
  for (let length = start; length < whole.length; length += 23) {
    writeFileSync(join(folder, EVENT_FILE), whole.subarray(0, length));
    const { missing } = await run(at(1, 0), 3);
    expect(missing).toEqual([]);
    expect(file().equals(whole)).toBe(true);
  }
});

it.each([START, at(0, 0), at(0, 2), at(1, 0), at(2, 1), at(3, 0)])(
  'resumed at %j, no step is there twice',
  async (place) => {
    await run(START, 3);
    const whole = file();
    appendFileSync(join(folder, EVENT_FILE), whole.subarray(0, 40)); // a record too much, and half of one
    const { missing } = await run(place, 3);
    expect(missing).toEqual([]);
    expect(file().equals(whole)).toBe(true);
  },
);

it('says which epochs are missing, and goes on', async () => {
  const { missing } = await run(at(2, 1), 3);
  expect(missing).toEqual([0, 1, 2]);
  const written = ['batch/loss 7', 'batch/loss 8', 'loss/train 2', 'loss/valid 3'];
  expect(eventsIn(join(folder, EVENT_FILE))).toEqual(written);

  await run(at(2, 2), 3);
  expect(eventsIn(join(folder, EVENT_FILE))).toEqual(written);
});

it('damaged within, it is cut there', async () => {
  await run(START, 3);
  const bytes = file();
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(join(folder, EVENT_FILE), bytes);
  const { missing } = await run(at(3, 0), 3);
  expect(missing).not.toEqual([]);
  const kept = file();
  expect(kept.length).toBeLessThan(bytes.length / 2 + 1);
  expect(bytes.subarray(0, kept.length).equals(kept)).toBe(true);
});

it.each(['', 'text', '\0'.repeat(500)])('begins anew where there is no event file but %j', async (text) => {
  await run(START, 1);
  const whole = file();
  writeFileSync(join(folder, EVENT_FILE), text);
  await run(START, 1);
  expect(file().equals(whole)).toBe(true);
});

it('leaves out the parameters of synapses that do not exist', async () => {
  const { histogramOf } = await import('./histogram.ts');
  const { summaryEvent } = await import('./event.ts');
  const events = await openEvents(folder, START, BATCHES);
  const all = { 'wm/w': [0.3, 0, 0.7], 'wm/sensory_mu': [0.3, 0.4, 0.5], 'wm/cm': [1, 2, 3] };
  events.validated(0, FIGURES, modelOf(all, { 'wm/w': [1, 0, 1], 'wm/sensory_w': [0, 1, 1] }));
  events.close();
  const expected = summaryEvent(1.7e9, 0, {
    'loss/valid': FIGURES.loss,
    'mae/valid': FIGURES.mae,
    'weights/wm/w': histogramOf(Float32Array.of(0.3, 0.7)),
    'weights/wm/sensory_mu': histogramOf(Float32Array.of(0.4, 0.5)),
    'weights/wm/cm': histogramOf([1, 2, 3]),
  });
  expect(file().includes(Buffer.from(expected))).toBe(true);
});

it('a folder that is none is a fault of the user, with its path', async () => {
  writeFileSync(join(folder, 'tensorboard'), '');
  await expect(openEvents(folder, START, BATCHES)).rejects.toThrow(DataError);
  await expect(openEvents(folder, START, BATCHES)).rejects.toThrow(/tensorboard: cannot be written/);
  await rm(join(folder, 'tensorboard'));
  mkdirSync(join(folder, EVENT_FILE), { recursive: true });
  await expect(openEvents(folder, START, BATCHES)).rejects.toThrow(/tfevents.*: cannot be written/);
});

const disk = smallDisk(1);
it.skipIf(!disk.present)(
  disk.title('a full disk is said, and with space the run goes on as if nothing had happened'),
  async () => {
    const ballast = join(disk.path, 'ballast');
    const events = await openEvents(disk.path, START, 1e9);
    writeFileSync(ballast, new Uint8Array(900_000));
    let done = 0;
    const fill = () => {
      for (; done < 1e5; done++) events.stepped(0, done, { mse: 1, mae: 1, gradientNorm: 1 });
    };
    expect(fill).toThrow(DataError);
    expect(fill).toThrow(/tfevents\.ncp-train: the disk is full.*--resume/);
    events.close();
    await rm(ballast);
    const again = await openEvents(disk.path, at(0, 100), 1e9);
    again.stepped(0, 100, { mse: 1, mae: 1, gradientNorm: 1 });
    again.close();
    const steps = Array.from({ length: 101 }, (_, step) => `batch/loss ${step}`);
    expect(eventsIn(join(disk.path, EVENT_FILE))).toEqual(steps);
  },
);
