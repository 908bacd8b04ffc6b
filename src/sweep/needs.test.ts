/** What a sweep makes of the runs that are there. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeRun } from '../../test/made-runs.ts';
import { needsOf } from './needs.ts';
import { planRuns } from './plan.ts';

let sessions: string;
beforeEach(() => {
  sessions = mkdtempSync(join(tmpdir(), 'needs-'));
});
afterEach(() => rmSync(sessions, { recursive: true }));

const planned = (lr: number, epochs: number) =>
  planRuns({
    command: 'passive',
    models: 'lstm',
    folds: '0',
    chosen: new Set<string>(),
    foldCount: () => 10,
    training: { base_path: 'session', sessions_dir: sessions, lr, epochs },
  });

/** A run of these options with a checkpoint after so many epochs. */
function made(state: string, epochs?: number): void {
  const { options } = planned(0.001, 2)[0];
  const record = { fingerprint: undefined };
  const folder = makeRun(sessions, { model: 'lstm', fold: 0, state, log: [], options, record });
  if (epochs === undefined) return;
  mkdirSync(join(folder, 'checkpoints', `epoch_00${epochs}`), { recursive: true });
}

const needs = async (lr: number, epochs: number) =>
  (await needsOf(sessions, planned(lr, epochs), new Map())).map(({ what }) => what);

it('one that never trained is started, whatever its options were', async () => {
  made('failed');
  expect(await needs(0.5, 2)).toEqual(['start']);
});

it('one with a checkpoint goes on, but not with other options or back', async () => {
  made('stopped', 2);
  expect(await needs(0.001, 2)).toEqual(['resume']);
  await expect(needs(0.5, 2)).rejects.toThrow('lr is 0.5, the run has 0.001');
  await expect(needs(0.001, 1)).rejects.toThrow(/--epochs 1: the run in .* has trained 2 epochs already/);
});
