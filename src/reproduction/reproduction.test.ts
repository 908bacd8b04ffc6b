/** The steps are commands as they stand in the table; running them: order, needs, failures, what is passed over. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSteps } from './run-steps.ts';
import { scaleOf } from './scale.ts';
import { readState, type StepState, writeState } from './state.ts';
import { reproductionSteps, type Step } from './steps.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reproduction-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(['small', 'full'] as const)('scale %s', (name) => {
  const steps = reproductionSteps('out', scaleOf(name, 'configs'), { backend: 'auto', jobs: 0 });

  it('needs only steps that come before, and every name is there once', () => {
    for (const [n, { needs }] of steps.entries()) {
      const before = steps.slice(0, n).map((step) => step.name);
      expect(before).toEqual(expect.arrayContaining([...needs]));
    }
    expect(new Set(steps.map((step) => step.name)).size).toBe(steps.length);
  });

  it('writes into its own folder only', () => {
    for (const { args } of steps) {
      for (const [n, arg] of args.entries()) {
        if (['--out', '--sessions_dir', '--cache_dir', '--csv', '--curves'].includes(arg)) {
          expect(args[n + 1]).toMatch(/^out\//);
        }
      }
    }
  });

  it('has the paper’s folds, or says that it has not', () => {
    const passive = steps.find((step) => step.name === 'passive')?.args ?? [];
    const { remark } = scaleOf(name, 'configs');
    expect(passive[passive.indexOf('--folds') + 1]).toBe(name === 'full' ? '0-9' : '0-1');
    expect(remark === undefined).toBe(name === 'full');
  });
});

/** `node -e CODE`: a step's command is the code. */
const step = (name: string, code: string, needs: string[] = []): Step => ({
  name,
  command: code,
  args: [],
  needs,
});

async function execute(steps: readonly Step[], before = new Map<string, StepState>()) {
  const ran: string[] = [];
  const { states } = await runSteps({
    steps,
    before,
    outputs: join(folder, 'steps'),
    program: [process.execPath, '-e'],
    exists: (command) => command !== 'no',
    onStep: ({ name }) => ran.push(name),
    onState: (all) => writeState(folder, 'small', all),
  });
  return { ran, states: Object.fromEntries(states.map(({ name, state }) => [name, state])) };
}

it('a failure stops what needs it and nothing else; what is done is passed over the next time', async () => {
  const steps = (b: string) => [
    step('a', 'console.log(7)'),
    step('b', b),
    step('c', 'console.log(9)', ['b']),
    step('d', 'no'),
    step('e', 'console.log(1)', ['a']),
    step('f', 'console.log(1)', ['d']),
  ];
  const first = await execute(steps('process.exit(3)'));
  const left = { c: 'left out', d: 'missing', f: 'left out' };
  expect(first).toEqual({ ran: ['a', 'b', 'e'], states: { a: 'done', b: 'failed', e: 'done', ...left } });
  expect(readFileSync(join(folder, 'steps/a.txt'), 'utf8')).toBe('7\n');
  const second = await execute(steps('process.exit(0)'), await readState(folder, 'small'));
  expect(second).toEqual({
    ran: ['b', 'c'],
    states: { a: 'done', b: 'done', c: 'done', d: 'missing', e: 'done', f: 'left out' },
  });
});

it('a step with other arguments is done again', async () => {
  await execute([step('a', 'console.log(1)')]);
  const { ran } = await execute([step('a', 'console.log(2)')], await readState(folder, 'small'));
  expect(ran).toEqual(['a']);
});

it('another scale and a damaged state are refused with what to do', async () => {
  await writeState(folder, 'small', []);
  await expect(readState(folder, 'full')).rejects.toThrow('--out names another folder');
  writeFileSync(join(folder, 'reproduction.json'), '{');
  await expect(readState(folder, 'small')).rejects.toThrow('is damaged');
});
