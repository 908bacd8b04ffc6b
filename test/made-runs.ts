/** Writes folders of runs by hand, as this program and as the published scripts leave them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type RunRecord, recordText } from '../src/train/run/run-record.ts';

export interface MadeRun {
  readonly model: string;
  readonly session?: string;
  /** Undefined: an active run. */
  readonly fold?: number;
  readonly state?: string;
  /** Training loss and MAE, validation loss and MAE, a row an epoch; '' for an empty cell. */
  readonly log: readonly (readonly (number | string)[])[];
  /** Best epoch, then as in `final.csv`. */
  readonly final?: readonly (number | string)[];
  readonly options?: Record<string, unknown>;
  readonly record?: Record<string, unknown>;
}

const LOG = ['epoch', 'train_loss', 'train_mae', 'valid_loss', 'valid_mae'];
const FINAL = ['best_epoch', 'train_loss', 'train_mae', 'valid_loss', 'valid_mae', 'test_loss', 'test_mae'];

/** Floors whose figures are all different, so that none is taken for another. */
export const FLOORS = {
  validation: { constant: { loss: 9, mae: 2.5 }, last_value: { loss: 0.25, mae: 0.4 }, frames: 64 },
  test: { constant: { loss: 16, mae: 3.5 }, last_value: { loss: 0.5, mae: 0.6 }, frames: 80 },
};

/** A run of this program. @returns its folder */
export function makeRun(sessions: string, run: MadeRun): string {
  const { model, session = 'session', fold, state = 'finished', log, final, options, record } = run;
  const kind = fold === undefined ? 'active' : 'passive';
  const folder = join(
    sessions,
    kind,
    `${model}_${session}`,
    ...(fold === undefined ? [] : [`experiment_${fold}`]),
  );
  mkdirSync(folder, { recursive: true });
  const config = {
    model,
    base_path: session,
    epochs: 2,
    lr: 0.0005,
    ...(fold === undefined ? {} : { experiment_id: fold }),
  };
  writeFileSync(join(folder, 'config.yaml'), stringify({ ...config, ...options }));
  const facts = {
    format: 'ncp-train run 1',
    state,
    started: '2026-01-02T10:00:00.000Z',
    command: kind,
    resumed: [],
    ...(state === 'running' ? {} : { ended: '2026-01-02T10:30:00.000Z' }),
    fingerprint: 'a1b2c3d4e5',
    backend: 'tensorflow',
    floors: FLOORS,
    ...(fold === undefined ? {} : { folds: 3 }),
    input: { crop: 'paper', channel_order: 'rgb', label_scale: 1000, label_sign: 1 },
  };
  writeFileSync(join(folder, 'run.json'), recordText({ ...facts, ...record } as unknown as RunRecord));
  writeFileSync(join(folder, 'train_log.csv'), lines(LOG, numbered(log), ','));
  if (final) writeFileSync(join(folder, 'final.csv'), lines(FINAL.slice(0, final.length), [final], ','));
  return folder;
}

/** A passive run of the published scripts. @returns its folder */
export function makeArchivePassive(
  root: string,
  model: string,
  fold: number,
  log: MadeRun['log'],
  final?: MadeRun['final'],
): string {
  const folder = join(root, model, `experiment_${fold}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'train_log.csv'), lines(LOG, numbered(log), '; '));
  if (final) writeFileSync(join(folder, 'final.csv'), lines(FINAL.slice(0, final.length), [final], '; '));
  return folder;
}

/** An active run of the published scripts: `test_*` is what they validate with. @returns its folder */
export function makeArchiveActive(root: string, name: string, log: MadeRun['log']): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const header = ['epoch', 'train_loss', 'train_mae', 'test_loss', 'test_mae'];
  writeFileSync(join(folder, `train_${name}.csv`), lines(header, numbered(log), '; '));
  return folder;
}

const numbered = (log: MadeRun['log']) => log.map((row, epoch) => [epoch, ...row]);

const lines = (header: readonly string[], rows: readonly (readonly unknown[])[], separator: string) =>
  [header, ...rows].map((row) => `${row.join(separator)}\n`).join('');
