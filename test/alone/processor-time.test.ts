/** What may not cost much processor time, beside what its own tests hold it to. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it, onTestFinished } from 'vitest';
import { principalComponents } from '../../src/analyses/pca/components.ts';
import { streamingCovariance } from '../../src/analyses/pca/covariance.ts';
import { readImages } from '../../src/data/import/formats/images.ts';
import { stream } from '../../src/random/stream.ts';
import { runLocally } from '../../src/sweep/local.ts';
import { planRuns } from '../../src/sweep/plan.ts';
import { ENTRY } from '../e2e/command-line.ts';

/** Seconds of processor time since a reading of `process.cpuUsage()`. */
function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

it('80 runs cost the sweep less than 2 s', async () => {
  const sessions = mkdtempSync(join(tmpdir(), 'local-'));
  onTestFinished(() => rmSync(sessions, { recursive: true }));
  const runs = planRuns({
    command: 'passive',
    models: 'all',
    folds: '0-9',
    foldCount: () => 10,
    chosen: new Set<string>(),
    training: { base_path: 's', sessions_dir: sessions },
  });
  const nothing = () => undefined;
  const before = process.cpuUsage();
  const { outcomes } = await runLocally({
    sessions,
    jobs: 2,
    cores: 1,
    memory: 0,
    needs: runs.map((run) => ({ run, what: 'start' })),
    watcher: { started: nothing, waiting: nothing, progress: nothing, ended: nothing },
    command: () => ['/bin/sh', '-c', ':'],
  });
  expect(outcomes.size).toBe(80);
  expect(secondsSince(before)).toBeLessThan(2);
});

it('components of 100,000 rows of 64 cost less than 2 s', () => {
  const draws = stream(3, 'rows');
  const row = new Float64Array(64);
  const covariance = streamingCovariance(Array.from({ length: 64 }, (_, n) => `neuron ${n}`));
  const before = process.cpuUsage();
  for (let n = 0; n < 100_000; n++) {
    row[n % 64] = draws.uniform(-1, 1);
    covariance.add(row);
  }
  expect(principalComponents(covariance).variances).toHaveLength(64);
  expect(secondsSince(before)).toBeLessThan(2); // 0.4 s at rest
});

it('a log of 200,000 rows costs less than 15 times the parsing of its text, also with decimal commas between commas', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (let n = 0; n < 100; n++) writeFileSync(join(folder, `${n}.jpg`), '');
  const lines = Array.from(
    { length: 200_000 },
    (_, n) => `${n % 100}.jpg,${(n / 20).toFixed(2)},${((n % 1999) / 1e4 + 1e-5).toFixed(5)}`,
  );
  const before = process.cpuUsage();
  expect(parse(lines.join('\n'))).toHaveLength(lines.length);
  const yardstick = secondsSince(before);
  const header = 'file,time,curvature';
  const commas = lines.map((line) => line.replace(/(\d)\.(\d+)(?=,|$)/g, '$1,$2'));
  for (const [name, rows] of Object.entries({ points: lines, commas })) {
    const log = join(folder, `${name}.csv`);
    writeFileSync(log, [header, ...rows].join('\n'));
    const start = process.cpuUsage();
    const { logs } = await readImages(folder, { steering: {}, skipMissing: false, skipBroken: false, log });
    expect(secondsSince(start), name).toBeLessThan(15 * yardstick);
    expect(logs[0].labels.length).toBeGreaterThan(0.9 * lines.length);
  }
});

it('--help takes under 0.3 s', () => {
  // 1.5 times Node alone; the second bound is for machines on which Node alone takes a good part of 0.3 s.
  expect(secondsOf([ENTRY, '--help'])).toBeLessThan(Math.max(0.3, 2.5 * secondsOf(['--eval', '0'])));
});

it.each(['passive', 'active', 'test', 'demo'])('%s --help takes under 0.6 s', (command) => {
  // 4 times Node alone.
  expect(secondsOf([ENTRY, command, '--help'])).toBeLessThan(Math.max(0.6, 7 * secondsOf(['--eval', '0'])));
});

/** Processor time of Node on something, the best of three. */
function secondsOf(args: readonly string[]): number {
  const report =
    "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error(user + system); })";
  const preload = `data:text/javascript,${encodeURIComponent(report)}`;
  const seconds = [1, 2, 3].map(() => {
    const { stderr } = spawnSync(process.execPath, ['--import', preload, ...args], { encoding: 'utf8' });
    return Number(stderr.trim()) / 1e6;
  });
  expect(Math.min(...seconds)).toBeGreaterThan(0.01); // it was measured
  return Math.min(...seconds);
}
