/** `passive`, `active` and `demo` on a pseudo-terminal, however they end: exit status, last screen, what is on disk. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { CTRL_C, endedScreen, PseudoTerminal, SLOWLY, STUCK } from '../pseudo-terminal.ts';
import { requirement } from '../require.ts';
import { smallDisk } from '../small-disk.ts';
import { ACTIVE_NAMES, activeRun, passiveFolder, passiveRun, writeRecordings } from '../tiny-runs.ts';
import { folderOfFile, temporaryFolder } from './command-line.ts';

const python = requirement('python');
const disk = smallDisk(30);
const shared = folderOfFile();

/** A bar of a training that goes on. */
const BAR = /epoch \d+ loss [\d.]+ \[=/;
const ENDLESS = ['--epochs', '100000'];

/** A run that is under way, its bar shown. */
async function underWay(args: readonly string[], environment = {}): Promise<PseudoTerminal> {
  const terminal = new PseudoTerminal(args, { environment });
  await terminal.printed(BAR);
  return terminal;
}

/** Recordings that both trainings know, so small that an epoch takes a moment. */
let data: string;
beforeAll(async () => {
  data = await writeRecordings(join(shared, 'data'), ACTIVE_NAMES, 0, 48);
});

const TRAININGS = {
  passive: { args: passiveRun, folder: (sessions: string) => passiveFolder(sessions, 'vanilla') },
  active: { args: activeRun, folder: (sessions: string) => join(sessions, 'active/vanilla_session') },
};

/** What ends alike in both is looked at in the first alone. */
describe.skipIf(!python.present).each(['passive', 'active'] as const)(
  python.title('%s ends on a terminal'),
  (command) => {
    const training = (folder: string, ...more: string[]) =>
      TRAININGS[command].args(data, folder, 'vanilla', '--cache_dir', join(shared, 'cache'), ...more);
    const runIn = TRAININGS[command].folder;
    const hasCheckpoint = (folder: string) =>
      existsSync(
        join(
          runIn(folder),
          'checkpoints',
          readFileSync(join(runIn(folder), 'checkpoints/last'), 'utf8').trim(),
        ),
      );

    test('done', async () => {
      const terminal = new PseudoTerminal(
        training(temporaryFolder(), '--epochs', '1', '--log_period', '1', '--batch-size', '1'),
      );
      expect(await terminal.ended).toBe(0);
      const lines = await endedScreen(terminal);
      const after = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
      const order = [
        /^training 1 epoch/,
        /^about .* to go, \d+ ms a batch$/,
        /^epoch 0 loss .*took/,
        /^epoch 0: train/,
      ];
      expect(order.map(after)).toEqual(order.map(after).toSorted((a, b) => a - b));
      expect(order.map(after)).not.toContain(-1);
      expect(lines.at(-2)).toMatch(/: finished$/);
      expect(lines.at(-1)).toMatch(/^best epoch/);
    });

    test.each([
      ['Ctrl-C', 130, (terminal: PseudoTerminal) => terminal.type(CTRL_C)] as const,
      ...(command === 'passive'
        ? [['SIGTERM', 143, (terminal: PseudoTerminal) => terminal.kill('SIGTERM')] as const]
        : []),
    ])('%s: with a checkpoint and the command to go on', async (name, status, stop) => {
      const folder = temporaryFolder();
      const terminal = await underWay(training(folder, ...ENDLESS));
      stop(terminal);
      expect(await terminal.ended).toBe(status);
      const lines = await endedScreen(terminal);
      const signal = name === 'Ctrl-C' ? 'SIGINT' : name;
      expect(lines.filter((line) => line.startsWith(`${signal}: finishing the batch`))).toHaveLength(1);
      expect(lines.at(-2)).toMatch(/: stopped; to go on: ncp-train .* --resume$/);
      expect(hasCheckpoint(folder)).toBe(true);
    });

    if (command === 'active') return;

    test('Ctrl-C twice: at once', async () => {
      const terminal = await underWay(training(temporaryFolder(), ...ENDLESS), STUCK);
      terminal.type(CTRL_C);
      await terminal.printed(/Ctrl-C again ends at once/);
      await sleep(SLOWLY);
      terminal.type(CTRL_C);
      expect(await terminal.ended).toBe(130);
      expect((await endedScreen(terminal)).at(-1)).toMatch(/^ended at once; --resume goes on/);
    });

    test('the terminal is gone: with a checkpoint, from which the next start goes on', async () => {
      const folder = temporaryFolder();
      const terminal = await underWay(training(folder, ...ENDLESS));
      terminal.hangUp();
      expect(await terminal.ended).toBe(129);
      expect(JSON.parse(readFileSync(join(runIn(folder), 'run.json'), 'utf8')).state).toBe('stopped');
      expect(hasCheckpoint(folder)).toBe(true);
    });

    test('time is over', async () => {
      const folder = temporaryFolder();
      const terminal = new PseudoTerminal(training(folder, ...ENDLESS, '--max_minutes', '0.02'));
      expect(await terminal.ended).toBe(0);
      expect((await endedScreen(terminal)).at(-2)).toMatch(/: stopped; to go on/);
      expect(hasCheckpoint(folder)).toBe(true);
    });

    test('diverged', async () => {
      const terminal = new PseudoTerminal(training(temporaryFolder(), ...ENDLESS, '--lr', '1e30'));
      expect(await terminal.ended).toBe(4);
      const lines = await endedScreen(terminal);
      expect(lines.at(-2)).toMatch(BAR);
      expect(lines.at(-1)).toMatch(/^error: training diverged/);
    });

    test.skipIf(!disk.present)(disk.title('the disk is full'), async () => {
      const terminal = await underWay(training(join(disk.path, command), ...ENDLESS));
      disk.fill();
      terminal.type(CTRL_C);
      expect(await terminal.ended).toBe(3);
      expect((await endedScreen(terminal)).at(-1)).toMatch(/^error: .*(full|space)/);
      disk.empty();
    });
  },
);

describe.skipIf(!python.present)(python.title('demo ends on a terminal'), () => {
  const out = join(shared, 'demo');
  const TINY = ['--recordings', '3', '--frames', '64', '--batch_size', '2', '--seq_len', '4'];
  const demo = (...more: string[]) => [
    'demo',
    '--out',
    out,
    ...TINY,
    '--epochs',
    '100000',
    '--backend',
    'wasm',
    '--workers',
    '1',
    ...more,
  ];
  const STOPPED = /stopped; to go on: .*demo --out .*--recordings 3 .*--workers 1$/;

  test('Ctrl-C while it makes drives', async () => {
    const terminal = new PseudoTerminal(demo());
    await terminal.printed(/generating .* \[ +\] 0 of 192 frames/);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
    const lines = await endedScreen(terminal);
    expect(lines.at(-2)).toMatch(/^generating .* of 192 frames.*, ended after/);
    expect(lines.at(-1)).toMatch(STOPPED);
  });

  test('Ctrl-C while it trains', async () => {
    const terminal = await underWay(demo());
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
    expect((await endedScreen(terminal)).at(-1)).toMatch(STOPPED);
    const run = passiveFolder(join(out, 'sessions'), 'lstm').replace('_session/', '_demo/');
    expect(existsSync(join(run, 'checkpoints/last'))).toBe(true);
  });

  test('diverged', async () => {
    const terminal = new PseudoTerminal(demo('--new', '--lr', '1e30'));
    expect(await terminal.ended).toBe(4);
    const lines = await endedScreen(terminal);
    expect(lines.at(-2)).toMatch(BAR);
    expect(lines.at(-1)).toMatch(/^error: training diverged/);
  });

  test('done', async () => {
    const terminal = new PseudoTerminal(demo('--new', '--epochs', '1'), { columns: 120 });
    expect(await terminal.ended).toBe(0);
    const lines = await endedScreen(terminal);
    expect(lines.filter((line) => /^\d\. /.test(line))).toHaveLength(4);
    expect(lines.filter((line) => BAR.test(line))).toHaveLength(2);
    expect(lines.join('\n')).toContain('best constant');
  });
});
