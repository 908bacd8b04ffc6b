/** `ncp-train reproduce`: the whole paper on generated drives, step by step. See src/reproduction/ and docs/reproduction.md. */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acquireLock } from '../files/lock.ts';
import { replaceFile, writeFailure } from '../files/whole-file.ts';
import { planControl, type ReproduceOptions, reproduceOptions } from '../options/schema.ts';
import { runSteps } from '../reproduction/run-steps.ts';
import { scaleOf } from '../reproduction/scale.ts';
import { readState, STATE_FILE, type StepState, writeState } from '../reproduction/state.ts';
import { reproductionSteps, type Step } from '../reproduction/steps.ts';
import { exitStatusOf } from '../stop-signals.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { duration } from '../text/figures.ts';
import { defineCommand } from './command.ts';

const ENTRY = fileURLToPath(new URL('../../bin/ncp-train.js', import.meta.url));
const CONFIGS = fileURLToPath(new URL('../../configs', import.meta.url));

export default defineCommand({
  options: reproduceOptions,
  control: planControl,
  async run(options, _, { control, json, say, program }) {
    const scale = scaleOf(options.scale, CONFIGS);
    const steps = reproductionSteps(options.out, scale, options);
    const exists = (name: string) => program.commands.includes(name);
    if (control.dry_run) printSteps(steps, exists, json);
    else await reproduce(options, steps, exists, scale.remark, json, say);
  },
});

type Exists = (command: string) => boolean;

function printSteps(steps: readonly Step[], exists: Exists, json: boolean): void {
  if (json) {
    print(
      JSON.stringify(
        steps.map((step) => ({ ...step, exists: exists(step.command) })),
        null,
        2,
      ),
    );
    return;
  }
  const lines = steps.map(
    ({ command, args }) =>
      `ncp-train ${command} ${args.join(' ')}${exists(command) ? '' : '   # missing: no such command yet'}`,
  );
  print(lines.join('\n'));
}

async function reproduce(
  { out, scale }: ReproduceOptions,
  steps: readonly Step[],
  exists: Exists,
  remark: string | undefined,
  json: boolean,
  say: (text: string) => void,
): Promise<void> {
  const outputs = join(out, 'steps');
  try {
    await mkdir(outputs, { recursive: true });
  } catch (error) {
    throw writeFailure(out, error);
  }
  const lock = await acquireLock(outputs);
  try {
    const before = await readState(out, scale);
    if (remark) say(remark);
    const { states, stopped } = await runSteps({
      steps,
      before,
      outputs,
      exists,
      program: [process.execPath, ENTRY],
      onStep: ({ name }, n) => say(`\n=== ${n + 1} of ${steps.length}: ${name}`),
      onState: (all) => writeState(out, scale, all),
    });
    const text = summary(out, steps, states, remark);
    await replaceFile(join(out, 'summary.txt'), `${text}\n`);
    print(json ? JSON.stringify({ out, scale, remark: remark ?? null, steps: states }, null, 2) : text);
    if (stopped) process.exitCode = exitStatusOf(stopped);
    else if (states.some(({ state }) => state === 'failed')) process.exitCode = 1;
  } finally {
    await lock.release();
  }
}

function summary(
  out: string,
  steps: readonly Step[],
  states: readonly StepState[],
  remark: string | undefined,
): string {
  const rows = steps.map(({ name }) => {
    const state = states.find((one) => one.name === name);
    return [
      name,
      state?.state ?? 'not reached',
      state && state.seconds > 0 ? duration(state.seconds) : '–',
      state?.cause ?? '',
    ];
  });
  const seconds = states.reduce((sum, one) => sum + one.seconds, 0);
  const report = join(out, 'report.html');
  return [
    aligned([['step', 'state', 'time', ''], ...rows]),
    '',
    `${duration(seconds)} in all; what each step printed: ${join(out, 'steps')}; how they stand: ${join(out, STATE_FILE)}`,
    ...(existsSync(report) ? [`report: ${report}`] : []),
    ...(remark ? ['', remark] : []),
  ].join('\n');
}
