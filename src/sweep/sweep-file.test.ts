/** `sweep.json`: read back as it was written, runs of several plans together, damage named. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type PlannedRun, planRuns } from './plan.ts';
import { mergedRuns, readSweep, requireSweep, writeSweep } from './sweep-file.ts';

let sessions: string;
beforeEach(() => {
  sessions = mkdtempSync(join(tmpdir(), 'sweep-'));
});
afterEach(() => rmSync(sessions, { recursive: true }));

const plan = (models: string, epochs: number) =>
  planRuns({
    command: 'passive',
    models,
    folds: '0-1',
    chosen: new Set<string>(),
    foldCount: () => 10,
    training: { base_path: 'session', sessions_dir: sessions, epochs },
  });

it('comes back as it was written, with all options', async () => {
  const submissions = [{ name: 'ncp-train-1', at: '2026-01-01T00:00:00Z', runs: ['a'], job: '7' }];
  const record = { cwd: '/x', argv: ['sweep', 'passive'], runs: plan('wm,lstm', 3), submissions };
  await writeSweep(sessions, record);
  expect(await readSweep(sessions)).toEqual(record);
});

it('its relative paths, defaults too, count from where it was started', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'project-'));
  try {
    const [run] = plan('lstm', 3);
    const options = { ...run.options, folds: 'mine.yaml', cache_dir: 'cache', wiring: '/etc/w.json' };
    const runs = [{ ...run, options }] as PlannedRun[];
    await writeSweep(sessions, { cwd, argv: [], runs, submissions: [] });
    expect((await requireSweep(sessions)).runs[0].options).toMatchObject({
      data: join(cwd, 'training_data_passive'),
      folds: join(cwd, 'mine.yaml'),
      cache_dir: join(cwd, 'cache'),
      wiring: '/etc/w.json',
      sessions_dir: sessions,
    });
  } finally {
    rmSync(cwd, { recursive: true });
  }
});

it('a later plan adds its runs, and has its own options for those that are there', () => {
  const merged = mergedRuns(plan('wm,lstm', 3), plan('wm,gru', 5));
  expect(merged.map(({ name, options }) => `${name} ${options.epochs}`)).toEqual(
    [
      ['wm', 5],
      ['lstm', 3],
      ['gru', 5],
    ].flatMap(([model, epochs]) => [0, 1].map((n) => `passive/${model}_session/experiment_${n} ${epochs}`)),
  );
});

it('none is undefined, a damaged one is refused with what to do', async () => {
  expect(await readSweep(sessions)).toBeUndefined();
  await expect(requireSweep(sessions)).rejects.toThrow('holds no sweep');
  for (const text of [
    '{',
    '{}',
    '{"format":"ncp-train sweep 1","runs":[{"command":"passive","options":{"lr":-1}}]}',
  ]) {
    writeFileSync(join(sessions, 'sweep.json'), text);
    await expect(readSweep(sessions)).rejects.toThrow(/sweep\.json is damaged.*move this file away/s);
  }
});
