/** The loop alone, with a stand-in for all that computes and for the disk: in which order things happen, and with which numbers. */
import { beforeEach, describe, expect, it } from 'vitest';
import { DivergedError, NotFiniteError } from '../errors.ts';
import type { Engine, StepMetrics } from './engine.ts';
import { type FitSettings, fit, STATE_AT_START, type TrainedEpoch, type TrainingPlace } from './fit.ts';
import type { StopSignal } from './signals.ts';

let events: string[];
let saved: { readonly place: TrainingPlace; readonly isBest: boolean }[];
let trained: TrainedEpoch[];

beforeEach(() => {
  events = [];
  saved = [];
  trained = [];
});

interface Stage {
  /** Validation losses, one a call; the last stands for all after it. */
  readonly valid?: readonly number[];
  /** Of step n of the whole run, from 0. */
  readonly loss?: (n: number) => number;
  readonly batchesPerEpoch?: number;
  readonly settings?: Partial<FitSettings>;
  readonly start?: TrainingPlace;
  /** After so many steps of the whole run a stop is requested. */
  readonly stopAfter?: { readonly steps: number; readonly by: StopSignal | 'time' };
  readonly save?: (place: TrainingPlace) => void;
  readonly last?: string;
}

/** Step n has the loss n, the error n/2 and the norm 10·n unless told otherwise. */
function run(stage: Stage) {
  const { valid = [1], loss = (n) => n, batchesPerEpoch = 2, start = STATE_AT_START, stopAfter } = stage;
  let steps = 0;
  let validations = 0;
  const engine: Pick<Engine, 'step'> = {
    async step(_, { epoch, batch }): Promise<StepMetrics> {
      events.push(`step ${epoch}.${batch}`);
      const n = steps;
      steps += 1;
      return { loss: loss(n), mse: loss(n), mae: loss(n) / 2, gradientNorm: 10 * n };
    },
  };
  // biome-ignore lint/suspicious/noFocusedTests: the training loop, not a test framework's `fit`
  return fit({
    engine: engine as Engine,
    batches: {
      batchesPerEpoch,
      async next(epoch, batch) {
        events.push(`draw ${epoch}.${batch}`);
        return { T: 2, B: 3, frames: new Float32Array(), labels: new Float32Array() };
      },
    },
    async validate() {
      events.push('validate');
      const value = valid[Math.min(validations, valid.length - 1)];
      validations += 1;
      return { loss: value, mae: value / 2 };
    },
    record: {
      validated: (epoch, { loss: value }) => void events.push(`record validation ${epoch}: ${value}`),
      stepped: (epoch, batch, { mse }) => void events.push(`record step ${epoch}.${batch}: ${mse}`),
      async epochEnded(epoch) {
        events.push(`record epoch ${epoch.epoch}`);
        trained.push(epoch);
      },
      finished: async (epoch, { loss: value }) => void events.push(`record end ${epoch}: ${value}`),
      async save(place, isBest) {
        stage.save?.(place);
        events.push(`save ${place.epoch}.${place.batch}${isBest ? ', best' : ''}`);
        saved.push({ place, isBest });
      },
      lastCheckpoint: async () => stage.last,
    },
    watcher: {
      validated: (epoch, _, isBest) => void events.push(`tell validation ${epoch}${isBest ? ', best' : ''}`),
      stepped: (epoch, batch, _, frames) => void events.push(`tell step ${epoch}.${batch}, ${frames} frames`),
      epochEnded: (epoch) => void events.push(`tell epoch ${epoch}`),
    },
    start,
    settings: { seed: 7, fold: 3, epochs: 1, patience: 0, ...stage.settings },
    stopRequested: () => (stopAfter && steps >= stopAfter.steps ? stopAfter.by : undefined),
  });
}

describe('an epoch', () => {
  it('is validated, kept, trained and logged in that order, and the final weights are validated', async () => {
    expect(await run({ valid: [3, 2] })).toEqual({ kind: 'finished' });
    expect(events).toEqual([
      'validate',
      'record validation 0: 3',
      'save 0.0, best',
      'tell validation 0, best',
      'draw 0.0',
      'step 0.0',
      'record step 0.0: 0',
      'tell step 0.1, 6 frames',
      'draw 0.1',
      'step 0.1',
      'record step 0.1: 1',
      'tell step 0.2, 6 frames',
      'record epoch 0',
      'tell epoch 0',
      'validate',
      'record validation 1: 2',
      'save 1.0, best',
      'tell validation 1, best',
      'record end 1: 2',
    ]);
  });

  it('is logged with the means over its batches beside the validation before it', async () => {
    await run({ valid: [3, 2], batchesPerEpoch: 4 }); // steps 0, 1, 2, 3
    const [{ epoch, train, valid, gradientNorm, batches }] = trained;
    expect({ epoch, train, valid, gradientNorm, batches }).toEqual({
      epoch: 0,
      train: { loss: 1.5, mae: 0.75 },
      valid: { loss: 3, mae: 1.5 },
      gradientNorm: 15,
      batches: 4,
    });
  });

  it('that is the last leaves only a validation: no epochs, one row', async () => {
    await run({ settings: { epochs: 0 } });
    expect(events).toEqual([
      'validate',
      'record validation 0: 1',
      'save 0.0, best',
      'tell validation 0, best',
      'record end 0: 1',
    ]);
  });
});

describe('the best', () => {
  it('is the least validation loss; an equal one later does not take its place', async () => {
    await run({ valid: [3, 2, 2, 4, 1], settings: { epochs: 4 }, batchesPerEpoch: 1 });
    expect(saved.map(({ isBest }) => isBest)).toEqual([true, true, false, false, true]);
    expect(saved.map(({ place }) => place.best)).toEqual([
      { epoch: 0, loss: 3 },
      { epoch: 1, loss: 2 },
      { epoch: 1, loss: 2 },
      { epoch: 1, loss: 2 },
      { epoch: 4, loss: 1 },
    ]);
  });

  it('ends training when it is older than the patience', async () => {
    const ending = await run({ valid: [3, 2, 5, 5, 5], settings: { epochs: 9, patience: 2 } });
    expect(ending).toEqual({ kind: 'finished' });
    expect(saved.map(({ place }) => place.epoch)).toEqual([0, 1, 2, 3]);
    expect(events.at(-1)).toBe('record end 3: 5');
  });

  it('may be as old as it likes without patience', async () => {
    await run({ valid: [1, 2], settings: { epochs: 5, patience: 0 }, batchesPerEpoch: 1 });
    expect(trained.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('a stop', () => {
  it('within an epoch is obeyed after the batch at hand, with a checkpoint there', async () => {
    const ending = await run({ batchesPerEpoch: 4, stopAfter: { steps: 3, by: 'SIGINT' } });
    expect(ending).toEqual({ kind: 'stopped', by: 'SIGINT' });
    expect(events.at(-1)).toBe('save 0.3');
    expect(saved.at(-1)?.place).toEqual({
      epoch: 0,
      batch: 3,
      sums: { loss: 0 + 1 + 2, mae: 1.5, gradientNorm: 30, batches: 3 },
      valid: { loss: 1, mae: 0.5 },
      best: { epoch: 0, loss: 1 },
    });
    expect(trained).toEqual([]);
  });

  it('between two epochs leaves the checkpoint that is there', async () => {
    const ending = await run({ settings: { epochs: 3 }, stopAfter: { steps: 2, by: 'time' } });
    expect(ending).toEqual({ kind: 'stopped', by: 'time' });
    expect(saved.map(({ place }) => [place.epoch, place.batch])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(events.at(-1)).toBe('tell validation 1');
  });

  it('before the first batch trains nothing', async () => {
    await run({ stopAfter: { steps: 0, by: 'SIGTERM' } });
    expect(events.filter((event) => event.startsWith('step'))).toEqual([]);
  });
});

describe('a resume', () => {
  it('within an epoch does not validate again, and adds to its sums', async () => {
    const start = {
      epoch: 2,
      batch: 1,
      sums: { loss: 10, mae: 4, gradientNorm: 20, batches: 1 },
      valid: { loss: 5, mae: 2.5 },
      best: { epoch: 1, loss: 4 },
    };
    await run({ start, valid: [6], batchesPerEpoch: 3, settings: { epochs: 3 } });
    expect(events.slice(0, 2)).toEqual(['draw 2.1', 'step 2.1']); // steps with losses 0 and 1
    const [{ train, valid, gradientNorm, batches }] = trained;
    expect({ train, valid, gradientNorm, batches }).toEqual({
      train: { loss: 11 / 3, mae: 4.5 / 3 },
      valid: { loss: 5, mae: 2.5 },
      gradientNorm: 10,
      batches: 3,
    });
    expect(saved.at(-1)).toMatchObject({ isBest: false, place: { epoch: 3, best: { epoch: 1, loss: 4 } } });
  });

  it('counts patience from the best that was before it', async () => {
    const start = { ...STATE_AT_START, epoch: 4, valid: { loss: 9, mae: 1 }, best: { epoch: 2, loss: 1 } };
    await run({ start, settings: { epochs: 9, patience: 2 } });
    expect(events).toEqual(['record end 4: 9']);
  });
});

describe('numbers that are not finite', () => {
  const message = async (stage: Stage) => {
    const error = await run(stage).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DivergedError);
    return (error as Error).message;
  };

  it('in a loss: where, what was before, and which checkpoint is left', async () => {
    const told = await message({
      loss: (n) => (n === 2 ? Number.NaN : 1 + n),
      batchesPerEpoch: 5,
      last: 'run/checkpoints/epoch_000',
    });
    expect(told).toContain('training diverged in epoch 0, batch 3 of 5');
    expect(told).toContain('(the batch before had loss 2.00, gradient norm 10.0): the loss is NaN');
    expect(told).toContain('run/checkpoints/epoch_000 is kept');
    expect(saved.map(({ place }) => place.batch)).toEqual([0]);
  });

  it('in the first validation: there is no checkpoint yet', async () => {
    const told = await message({ valid: [Number.POSITIVE_INFINITY] });
    expect(told).toContain('in the validation before epoch 0: the validation loss is Infinity');
    expect(told).toContain('there is no checkpoint yet');
    expect(saved).toEqual([]);
  });

  it('in the weights, found when they are to be kept', async () => {
    const told = await message({
      settings: { epochs: 2 },
      save: ({ epoch }) => {
        if (epoch === 1) throw new NotFiniteError('weight lstm/kernel holds numbers that are not finite');
      },
    });
    expect(told).toContain('training diverged after epoch 0: weight lstm/kernel');
  });

  it('are told apart from other errors, which come through as they are', async () => {
    const fault = new RangeError('something else');
    await expect(
      run({
        save: () => {
          throw fault;
        },
      }),
    ).rejects.toBe(fault);
  });
});
