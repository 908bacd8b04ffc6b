/** One flipped bit anywhere in what a run rests on: noticed, or without effect on any value. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readState, stateText } from '../train/run/checkpoint-folder.ts';
import { NOTHING_LOGGED, openMetrics, requireLogged } from '../train/run/metrics-log.ts';
import { configIn, configText, FORMAT, recordIn, recordText } from '../train/run/run-record.ts';
import { digestOf, digestsIn } from './digest.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'digest-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Every 11th bit, which is another one in every byte; `NCP_FLIPS=1`: every bit. */
const STEP = Number(process.env.NCP_FLIPS ?? 11);

/** The texts that differ from one in a single bit. */
function* flipped(text: string): Generator<{ bit: number; text: string }> {
  const bytes = Buffer.from(text);
  for (let bit = 0; bit < bytes.length * 8; bit += STEP) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    yield { bit, text: bytes.toString('latin1') };
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
}

/** Bits whose flip `read` takes for something else. */
async function unnoticed<Value>(text: string, read: (text: string) => Value | Promise<Value>) {
  const right = await read(text);
  const wrong: { bit: number; value: Value }[] = [];
  for (const { bit, text: damaged } of flipped(text)) {
    try {
      const value = await read(damaged);
      if (!isDeepStrictEqual(value, right)) wrong.push({ bit, value });
    } catch (error) {
      expect((error as Error).message).not.toBe('');
    }
  }
  return wrong;
}

const STATE = {
  epoch: 3,
  batch: 12,
  sums: { loss: 0.1 + 0.2, mae: 1 / 3, gradientNorm: 7, batches: 12 },
  valid: { loss: 0.25, mae: 1e-7 },
  best: { epoch: 2, loss: 0.2 },
  adamUpdates: 387,
};

describe('digests', () => {
  it('tell where one part ends and the next begins', () => {
    expect(digestOf('ab', 'c')).not.toBe(digestOf('a', 'bc'));
    expect(digestOf('ab')).toBe(digestOf(Buffer.from('ab')));
  });

  it('of the files that are there', async () => {
    writeFileSync(join(folder, 'a'), 'x');
    expect(await digestsIn(folder, ['a', 'b'])).toEqual({ a: digestOf('x') });
  });
});

describe('a flipped bit', () => {
  it('in state.json', async () => {
    const path = join(folder, 'epoch_003_batch_0012', 'state.json');
    mkdirSync(join(path, '..'));
    const read = (text: string) => {
      writeFileSync(path, text, 'latin1');
      return readState(path);
    };
    expect((await read(stateText(STATE, NOTHING_LOGGED))).state).toEqual(STATE);
    expect(await unnoticed(stateText(STATE, NOTHING_LOGGED), read)).toEqual([]);
  });

  it('in run.json', async () => {
    const record = {
      format: FORMAT,
      state: 'finished',
      started: '2026-01-02T10:00:00.000Z',
      resumed: [],
      fingerprint: 'a1b2',
      floors: { validation: { constant: { loss: 9, mae: 2.5 }, frames: 64 } },
    } as never;
    const facts = (text: string) => {
      const { format, state, started, resumed, fingerprint, floors } = recordIn(text);
      return { format, state, started, resumed, fingerprint, floors };
    };
    expect(await unnoticed(recordText(record), facts)).toEqual([]);
  });

  it('in config.yaml', async () => {
    const config = { model: 'wm', lr: 0.0005, label_scale: 1000, final: true };
    const options = (text: string) => {
      const { model, lr, label_scale, final } = configIn(text);
      return { model, lr, label_scale, final };
    };
    expect(options(configText(config))).toEqual(config);
    expect(await unnoticed(configText(config), options)).toEqual([]);
  });

  it('in train_log.csv or metrics.jsonl: rows of the first come back from the second, else it is refused', async () => {
    const metrics = await openMetrics(folder);
    for (const epoch of [0, 1]) {
      const train = { loss: epoch + 0.1, mae: 0.2 };
      const valid = { loss: 1 / (epoch + 3), mae: 0.3 };
      metrics.row({
        epoch,
        train_loss: train.loss,
        train_mae: train.mae,
        valid_loss: valid.loss,
        valid_mae: valid.mae,
      });
      metrics.epoch({ epoch, seconds: 12.5, train, valid });
    }
    metrics.close();
    const digest = metrics.digest();
    const right = requireLogged(folder, 2, digest);
    for (const name of ['train_log.csv', 'metrics.jsonl']) {
      const text = readFileSync(join(folder, name), 'utf8');
      for (const { bit, text: damaged } of flipped(text)) {
        writeFileSync(join(folder, name), damaged, 'latin1');
        const read = () => requireLogged(folder, 2, digest);
        if (name === 'metrics.jsonl') expect(read).toThrow('were altered since they were written');
        else expect([bit, read()]).toEqual([bit, { ...right, restored: true }]);
      }
      writeFileSync(join(folder, name), text);
    }
  });
});

it('a state copied into another checkpoint’s folder is noticed', async () => {
  const path = join(folder, 'epoch_004', 'state.json');
  mkdirSync(join(path, '..'));
  writeFileSync(path, stateText(STATE, NOTHING_LOGGED));
  await expect(readState(path)).rejects.toThrow('altered since it was written');
});

it('what 0.1.0 wrote has no digests and is read', async () => {
  const path = join(folder, 'epoch_003_batch_0012', 'state.json');
  mkdirSync(join(path, '..'));
  writeFileSync(path, JSON.stringify({ format: 'ncp-train checkpoint 1', ...STATE }));
  expect(await readState(path)).toEqual({ state: STATE, log: undefined });
  expect(configIn('model: wm\n')).toEqual({ model: 'wm' });
  expect(recordIn('{"format":"ncp-train run 1"}')).toEqual({ format: 'ncp-train run 1' });
});
