/**
 * `sweep`, `drive`, `data generate` and `data import` on a pseudo-terminal, however they end: exit status, last screen, what is on
 * disk. And a terminal whose size changes, and pipes that are closed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { CTRL_C, endedScreen, PseudoTerminal, SLOWLY, STUCK } from '../pseudo-terminal.ts';
import { requirement } from '../require.ts';
import { smallDisk } from '../small-disk.ts';
import { passiveFolder, passiveRun, SMALL, writeRecordings } from '../tiny-runs.ts';
import { folderOfFile, start, temporaryFolder } from './command-line.ts';

const python = requirement('python');
const disk = smallDisk(12);
const shared = folderOfFile();
const cache = ['--cache_dir', join(shared, 'cache')];

/**
 * Ways to end a command that work for all, and the status each gives; on the terminal that is gone nothing is seen. What listens is
 * one thing for `drive`, `data generate` and `data import`, so each is ended in two of these ways, what it leaves being its own.
 */
const CTRL_C_ONCE = ['Ctrl-C', 130, (terminal: PseudoTerminal) => terminal.type(CTRL_C)] as const;
const CTRL_C_TWICE = [
  'Ctrl-C twice',
  130,
  (terminal: PseudoTerminal) => terminal.type(CTRL_C + CTRL_C),
] as const;
const SIGTERM = ['SIGTERM', 143, (terminal: PseudoTerminal) => terminal.kill('SIGTERM')] as const;
const HANGUP = ['a hangup', 129, (terminal: PseudoTerminal) => terminal.hangUp()] as const;

let data: string;
beforeAll(async () => {
  data = await writeRecordings(join(shared, 'data'), ['a', 'b', 'c'], 0, 48);
});

describe.skipIf(!python.present)(python.title('sweep ends on a terminal'), () => {
  const BAR = /\[[= ]{20}\] \S+ epoch \d+\/\d+ loss/;
  const sweep = (sessions: string, ...more: string[]) => [
    'sweep',
    'passive',
    '--data',
    data,
    '--sessions_dir',
    sessions,
    ...cache,
    '--models',
    'vanilla',
    '--folds',
    'auto:3/0',
    ...SMALL,
    '--epochs',
    '100000',
    '--memory',
    '0.5',
    ...more,
  ];
  const sessions = join(shared, 'sessions');
  const lastCheckpoint = (folder: string) =>
    readFileSync(join(passiveFolder(folder, 'vanilla'), 'checkpoints/last'), 'utf8');

  test('done: no bar is left, every line is whole', async () => {
    const terminal = new PseudoTerminal(
      sweep(temporaryFolder(), '--folds', 'auto:3/0-1', '--epochs', '1', '--jobs', '2'),
      { columns: 120 },
    );
    expect(await terminal.ended).toBe(0);
    const lines = await endedScreen(terminal);
    expect(lines.filter((line) => BAR.test(line))).toEqual([]);
    const told = lines.filter(
      (line) => line.startsWith('passive/vanilla_session/experiment_') && line.includes(': '),
    );
    expect(told.toSorted()).toEqual([
      expect.stringMatching(/experiment_0: finished \(\d\/2\)$/),
      'passive/vanilla_session/experiment_0: started',
      expect.stringMatching(/experiment_1: finished \(\d\/2\)$/),
      'passive/vanilla_session/experiment_1: started',
    ]);
    expect(lines.join('\n')).toContain('2 runs, 2 finished');
  });

  test.each([CTRL_C_ONCE, SIGTERM, HANGUP])('%s: its runs write checkpoints', async (name, status, stop) => {
    const terminal = new PseudoTerminal(sweep(sessions), { columns: 120 });
    await terminal.printed(BAR);
    stop(terminal);
    expect(await terminal.ended).toBe(status);
    expect(lastCheckpoint(sessions)).toMatch(/^epoch_/);
    const { state, cause } = JSON.parse(readFileSync(join(sessions, 'sweep/summary.json'), 'utf8')).runs[0];
    expect([state, cause]).toEqual(['stopped', { 130: 'SIGINT', 143: 'SIGTERM', 129: 'SIGHUP' }[status]]);
    if (name === 'a hangup') return;
    const lines = await endedScreen(terminal);
    expect(lines.filter((line) => BAR.test(line))).toEqual([]);
    expect(lines.join('\n')).toContain('1 stopped');
  });

  test('Ctrl-C twice: at once', async () => {
    const terminal = new PseudoTerminal(sweep(sessions), { columns: 120, environment: STUCK });
    await terminal.printed(BAR);
    terminal.type(CTRL_C);
    await terminal.printed(/Ctrl-C again ends at once/);
    await sleep(SLOWLY);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
    expect((await endedScreen(terminal)).at(-1)).toMatch(/^ended at once/);
  });

  test.each([
    ['time is over', 0, ['--max_minutes', '0.02'], /^passive\S+: stopped: --max_minutes are over \(1\/1\)$/m],
    ['a run diverges', 1, ['--set', 'lr=1e30'], /^passive\S+: failed: training diverged/m],
  ] as const)('%s', async (_, status, more, told) => {
    const terminal = new PseudoTerminal(sweep(temporaryFolder(), ...more), { columns: 120 });
    expect(await terminal.ended).toBe(status);
    const lines = await endedScreen(terminal);
    expect(lines.filter((line) => /^\[/.test(line))).toEqual([]);
    expect(lines.join('\n')).toMatch(told);
  });

  test.skipIf(!disk.present)(disk.title('the disk is full'), async () => {
    const terminal = new PseudoTerminal(sweep(join(disk.path, 's')), { columns: 120 });
    await terminal.printed(BAR);
    disk.fill();
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(3);
    const lines = await endedScreen(terminal);
    expect(lines.filter((line) => BAR.test(line))).toEqual([]);
    expect(lines.at(-1)).toMatch(/^error: .*(full|space)/);
    disk.empty();
  });
});

describe.skipIf(!python.present)(python.title('drive ends on a terminal'), () => {
  const drive = (out: string, ...more: string[]) => [
    'drive',
    'driver',
    '--runs',
    '1',
    '--size',
    '64x100',
    '--backend',
    'wasm',
    '--seconds',
    '1000',
    '--out',
    out,
    ...more,
  ];
  test('done', async () => {
    const terminal = new PseudoTerminal(drive(join(temporaryFolder(), 'out'), '--seconds', '0.3'));
    expect(await terminal.ended).toBe(0);
    const lines = await endedScreen(terminal);
    expect(lines.filter((line) => /^driving driver.* 100 of 100 per cent, .*took/.test(line))).toHaveLength(
      1,
    );
    expect(lines.at(-1)).toMatch(/recordings?, metrics/);
  });

  test.each([CTRL_C_ONCE, HANGUP])('%s', async (name, status, stop) => {
    const out = join(temporaryFolder(), 'out');
    const terminal = new PseudoTerminal(drive(out));
    await terminal.printed(/driving driver/);
    stop(terminal);
    expect(await terminal.ended).toBe(status);
    expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
    if (name === 'a hangup') return;
    const lines = await endedScreen(terminal);
    expect(lines.at(-1)).toMatch(/^stopped; nothing was left/);
  });

  test.skipIf(!disk.present)(disk.title('the disk is full'), async () => {
    const terminal = new PseudoTerminal(drive(join(disk.path, 'out'), '--record', 'none', '--seconds', '5'));
    await terminal.printed(/driving driver/);
    disk.fill();
    expect(await terminal.ended).toBe(3);
    expect((await endedScreen(terminal)).at(-1)).toMatch(/^error: .*(full|space)/);
    disk.empty();
  });
});

describe.skipIf(!python.present)(python.title('data generate ends on a terminal'), () => {
  const generate = (out: string, frames: number, ...more: string[]) => [
    'data',
    'generate',
    'passive',
    '--out',
    out,
    '--frames',
    String(frames),
    '--recordings',
    '2',
    '--size',
    '64x100',
    ...more,
  ];
  const BAR = /generating \S+ \[/;

  test('done', async () => {
    const terminal = new PseudoTerminal(generate(join(temporaryFolder(), 'out'), 4));
    expect(await terminal.ended).toBe(0);
    const lines = await endedScreen(terminal);
    expect(lines.filter((line) => /^generating .* 8 of 8 frames, .*took/.test(line))).toHaveLength(1);
  });

  test.each([CTRL_C_TWICE, SIGTERM])('%s', async (_, status, stop) => {
    const out = join(temporaryFolder(), 'out');
    const terminal = new PseudoTerminal(generate(out, 10_000));
    await terminal.printed(BAR);
    stop(terminal);
    expect(await terminal.ended).toBe(status);
    expect((existsSync(out) ? readdirSync(out) : []).filter((file) => file.includes('.h5'))).toEqual([]);
    expect((await endedScreen(terminal)).at(-1)).toMatch(/^stopped; finished recordings stay/);
  });

  test.skipIf(!disk.present)(disk.title('the disk is full'), async () => {
    const terminal = new PseudoTerminal(generate(join(disk.path, 'out'), 10_000, '--compress'));
    await terminal.printed(BAR);
    disk.fill();
    expect(await terminal.ended).toBe(3);
    expect((await endedScreen(terminal)).at(-1)).toMatch(/^error: .*(full|space)/);
    disk.empty();
  });
});

describe.skipIf(!python.present)(python.title('data import ends on a terminal'), () => {
  const drives = { short: join(shared, 'short'), long: join(shared, 'long') };
  const doImport = (drive: keyof typeof drives, out: string) => [
    'data',
    'import',
    'images',
    drives[drive],
    '--out',
    out,
    '--columns',
    'file=file,time=time,curvature=curvature',
  ];
  beforeAll(async () => {
    const picture = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#765' } })
      .jpeg()
      .toBuffer();
    for (const [name, frames] of [
      ['short', 70],
      ['long', 4000],
    ] as const) {
      mkdirSync(drives[name]);
      // All entries name the same few pictures.
      for (let n = 0; n < 10; n++) writeFileSync(join(drives[name], `${n}.jpg`), picture);
      const rows = Array.from(
        { length: frames },
        (_, n) => `${n % 10}.jpg,${n / 30},${0.001 * Math.sin(n / 9)}\n`,
      );
      writeFileSync(join(drives[name], 'log.csv'), `file,time,curvature\n${rows.join('')}`);
    }
  });

  test('done', async () => {
    const terminal = new PseudoTerminal(doImport('short', join(temporaryFolder(), 'out')));
    expect(await terminal.ended).toBe(0);
    const lines = await endedScreen(terminal);
    expect(lines.filter((line) => /^importing .* 70 of 70 frames, .*took/.test(line))).toHaveLength(1);
  });

  test.each([CTRL_C_ONCE, SIGTERM])('%s: nothing is left', async (_, status, stop) => {
    const folder = temporaryFolder();
    const terminal = new PseudoTerminal(doImport('long', join(folder, 'out')));
    await terminal.printed(/importing \[/);
    stop(terminal);
    expect(await terminal.ended).toBe(status);
    expect(readdirSync(folder)).toEqual([]);
    expect((await endedScreen(terminal)).at(-1)).toMatch(/^stopped; .*out was not made$/);
  });

  test.skipIf(!disk.present)(disk.title('the disk is full'), async () => {
    const terminal = new PseudoTerminal([...doImport('long', join(disk.path, 'out')), '--compress']);
    await terminal.printed(/importing \[/);
    disk.fill();
    expect(await terminal.ended).toBe(3);
    expect((await endedScreen(terminal)).at(-1)).toMatch(/^error: .*(full|space)/);
    expect(readdirSync(disk.path)).toEqual(['filler']);
    disk.empty();
  });
});

test.skipIf(!python.present)(
  python.title('on a narrow terminal whose size changes no bar leaves a trace'),
  async () => {
    const args = passiveRun(
      data,
      temporaryFolder(),
      'vanilla',
      ...cache,
      '--epochs',
      '100000',
      '--log_period',
      '1',
    );
    const terminal = new PseudoTerminal(args, { columns: 60, rows: 12 });
    for (const [columns, rows] of [
      [24, 12],
      [110, 30],
      [38, 5],
      [70, 20],
    ]) {
      await terminal.printed(/epoch \d+: train/);
      await terminal.printed(/epoch \d+ los/); // in 24 columns no more of it is shown
      await terminal.resize(columns, rows);
    }
    await terminal.printed(/epoch \d+: train/);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
    const epochs = (await endedScreen(terminal)).flatMap(
      (line) => /^epoch (\d+): train .* mae [\d.]+$/.exec(line)?.[1] ?? [],
    );
    expect(epochs.map(Number)).toEqual(Array.from(epochs, (_, epoch) => epoch));
    expect(epochs.length).toBeGreaterThan(4);
  },
);

describe('a pipe that is closed', () => {
  /** As `head` does: reads what comes first, and no more. */
  async function readFirst(args: string[]): Promise<number | null> {
    const { child, ended } = start(args);
    for (const stream of [child.stderr, child.stdout]) stream?.once('data', () => stream.destroy());
    return (await ended).status;
  }

  test('ends no training, which writes all its files', async () => {
    const folder = temporaryFolder();
    expect(
      await readFirst(
        passiveRun(data, folder, 'vanilla', ...cache, '--epochs', '1', '--log_period', '1', '--final'),
      ),
    ).toBe(0);
    const run = passiveFolder(folder, 'vanilla');
    expect(existsSync(join(run, 'final.csv'))).toBe(true);
    expect(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')).state).toBe('finished');
  });

  test('ends no sweep', async () => {
    const folder = temporaryFolder();
    const args = [
      'sweep',
      'passive',
      '--data',
      data,
      '--sessions_dir',
      folder,
      ...cache,
      '--models',
      'vanilla',
    ];
    expect(await readFirst([...args, '--folds', 'auto:3/0', ...SMALL, '--epochs', '1'])).toBe(0);
    expect(readFileSync(join(folder, 'sweep/summary.txt'), 'utf8')).toContain('1 finished');
  });
});
