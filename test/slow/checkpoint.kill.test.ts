/** A process that writes checkpoints is killed at random moments; each time a whole one must be there to go on from. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { isTemporaryName } from '../../src/files/whole-file.ts';
import { bestCheckpoint, latestCheckpoint, loadCheckpoint } from '../../src/train/run/checkpoint.ts';
import { isAt, trainee } from '../programs/train-by-name.ts';

const PROGRAM = join(import.meta.dirname, '../programs/checkpoint-loop.ts');
const KILLS = Math.min(Number(process.env.NCP_KILLS ?? 20), 20);
/** Several checkpoints long, so that the kill hits any part of one. */
const WITHIN_MS = 150;

beforeAll(async () => {
  await useBackend('wasm');
});

/** Kills the program some time after its first checkpoint. @returns the last place it reported */
function killedRun(folder: string, keep: string): Promise<{ epoch: number; batch: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, folder, keep], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), Math.random() * WITHIN_MS));
  child.stdout.on('data', (text) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (status, signal) => {
      const [epoch, batch] = (output.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
      if (signal === 'SIGKILL') resolve({ epoch, batch });
      else reject(new Error(`the program ended with status ${status}`));
    });
  });
}

it(`killed ${KILLS} times, there is always a whole checkpoint, none that was reported is lost`, {
  timeout: 180_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'killed-'));
  const who = trainee('wm');
  let leftOvers = 0;
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const reported = await killedRun(folder, kill % 2 ? 'active' : 'passive');
      if (readdirSync(join(folder, 'checkpoints')).some(isTemporaryName)) leftOvers += 1;
      const latest = await latestCheckpoint(folder);
      if (!latest) throw new Error('no checkpoint is named');
      expect(latest.damaged).toEqual([]);
      const state = await loadCheckpoint(latest.path, who.model, who.adam);
      expect(isAt(who, state)).toBe(true);
      const batches = 4 * state.epoch + state.batch - (4 * reported.epoch + reported.batch);
      expect([0, 1]).toContain(batches); // the one that was reported, or one that was written and not yet reported
      // `best` is replaced before `last`, so it may be one ahead.
      const best = (await bestCheckpoint(folder))?.state.best;
      expect(best?.loss).toBeLessThanOrEqual(state.best?.loss as number);
    }
    expect(leftOvers).toBeGreaterThan(0); // some kills did hit a checkpoint under way
  } finally {
    rmSync(folder, { recursive: true });
  }
});
