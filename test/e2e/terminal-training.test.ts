/** `passive`, `active` and `demo` on a pseudo-terminal, however they end: exit status, last screen, what is on disk. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
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

describe.skipIf(!python.present).each(['passive', 'active'] as const)(
  python.title('%s ends on a terminal'),
  (command) => {
    let data: string;
    beforeAll(async () => {
      const names = command === 'passive' ? ['a', 'b', 'c'] : ACTIVE_NAMES;
      data = await writeRecordings(join(shared, command), names);
    });
    const training = (folder: string, ...more: string[]) =>
      (command === 'passive' ? passiveRun : activeRun)(
        ...([data, folder, 'vanilla', '--cache_dir', join(shared, 'cache'), ...more] as const),
      );
    const runIn = (folder: string) =>
      command === 'passive' ? passiveFolder(folder, 'vanilla') : join(folder, 'active/vanilla_session');
    const hasCheckpoint = (folder: string) =>
      existsSync(
        join(
          runIn(folder),
          'checkpoints',
          readFileSync(join(runIn(folder), 'checkpoints/last'), 'utf8').trim(),
        ),
      );

    test('done', async () => {
      const terminal = new PseudoTerminal(training(temporaryFolder(), '--epochs', '1', '--log_period', '1'));
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
      ['Ctrl-C', 130, (terminal: PseudoTerminal) => terminal.type(CTRL_C)],
      ['SIGTERM', 143, (terminal: PseudoTerminal) => terminal.kill('SIGTERM')],
    ] as const)('%s: with a checkpoint and the command to go on', async (name, status, stop) => {
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
    ...['demo', '--out', out, ...TINY, '--epochs', '100000', '--backend', 'wasm', '--workers', '1', ...more],
  ];
  const STOPPED = /^stopped; .*demo goes on from there$/;

  test('Ctrl-C while it makes drives', async () => {
    const terminal = new PseudoTerminal(demo());
    await terminal.printed(/generating .* \[ +\] 0 of 192 frames/);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
    const lines = await endedScreen(terminal);
    expect(lines.at(-2)).toMatch(/^generating .* of 192 frames.*, ended after/);
    expect(lines.at(-1)).toMatch(STOPPED);
  });

  test.each([
    ['Ctrl-C', 130, (terminal: PseudoTerminal) => terminal.type(CTRL_C)],
    ['SIGTERM', 143, (terminal: PseudoTerminal) => terminal.kill('SIGTERM')],
    ['a hangup', 129, (terminal: PseudoTerminal) => terminal.hangUp()],
  ] as const)('%s while it trains', async (name, status, stop) => {
    const terminal = await underWay(demo());
    stop(terminal);
    expect(await terminal.ended).toBe(status);
    if (name !== 'a hangup') expect((await endedScreen(terminal)).at(-1)).toMatch(STOPPED);
    expect(
      existsSync(
        join(passiveFolder(join(out, 'sessions'), 'lstm').replace('_session/', '_demo/'), 'checkpoints/last'),
      ),
    ).toBe(true);
  });

  test('Ctrl-C twice: at once', async () => {
    const terminal = await underWay(demo(), STUCK);
    terminal.type(CTRL_C);
    await terminal.printed(/Ctrl-C again ends at once/);
    await sleep(SLOWLY);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
    expect((await endedScreen(terminal)).at(-1)).toMatch(/^ended at once/);
  });

  test.skipIf(!disk.present)(disk.title('the disk is full'), async () => {
    const there = join(disk.path, 'demo');
    cpSync(join(out, 'data'), join(there, 'data'), { recursive: true });
    const terminal = await underWay(demo('--out', there));
    disk.fill();
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(3);
    expect((await endedScreen(terminal)).at(-1)).toMatch(/^error: .*(full|space)/);
    disk.empty();
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
