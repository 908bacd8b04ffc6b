/**
 * Runs steps one after the other, each as a child process; what one prints as its result is kept in a file. A step that is
 * done is passed over; one that fails stops only those that need it. Every step of this program goes on with what it
 * has left, so an interrupted one is simply run again.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeFailure } from '../files/whole-file.ts';
import { type StopSignal, stopRequests } from '../train/signals.ts';
import type { StepState } from './state.ts';
import type { Step } from './steps.ts';

export interface StepsRequest {
  readonly steps: readonly Step[];
  /** Of the starts before. */
  readonly before: ReadonlyMap<string, StepState>;
  /** Folder for what the steps print. */
  readonly outputs: string;
  /** Node's arguments before a step's. */
  readonly program: readonly [string, ...string[]];
  readonly exists: (command: string) => boolean;
  readonly onStep: (step: Step, n: number) => void;
  /** After every step. */
  readonly onState: (states: readonly StepState[]) => Promise<void>;
}

/** @returns how all steps stand; those that a stop kept from their turn are absent */
export async function runSteps(
  request: StepsRequest,
): Promise<{ states: StepState[]; stopped: StopSignal | undefined }> {
  const { steps, before, exists, onStep, onState } = request;
  const states: StepState[] = [];
  let child: ReturnType<typeof spawn> | undefined;
  const stop = stopRequests((signal) => child?.kill(signal));
  try {
    for (const [n, step] of steps.entries()) {
      if (stop.requested()) break;
      const argv = [...step.command.split(' '), ...step.args];
      const earlier = before.get(step.name);
      if (earlier?.state === 'done' && isDeepStrictEqual(earlier.argv, argv)) {
        states.push(earlier);
        continue;
      }
      const common = { name: step.name, argv, seconds: earlier?.seconds ?? 0 };
      const lacking = step.needs.filter((name) => states.find((one) => one.name === name)?.state !== 'done');
      if (!exists(step.command)) {
        states.push({ ...common, state: 'missing', cause: `there is no command ${step.command} yet` });
      } else if (lacking.length > 0) {
        states.push({ ...common, state: 'left out', cause: `it needs ${lacking.join(', ')}` });
      } else {
        onStep(step, n);
        const started = performance.now();
        const { status, signal } = await execute(argv, step.name);
        const seconds = common.seconds + Math.round((performance.now() - started) / 100) / 10;
        const state = status === 0 ? 'done' : stop.requested() ? 'stopped' : 'failed';
        const cause =
          state === 'failed' ? `it ended ${signal ? `by ${signal}` : `with status ${status}`}` : undefined;
        states.push({ ...common, state, status: status ?? 1, cause, seconds });
      }
      await onState([...states, ...later(steps.slice(n + 1))]);
    }
    return { states, stopped: stop.requested() };
  } finally {
    stop.dispose();
  }

  /** Of steps whose turn has not come, what is known from before. */
  function later(rest: readonly Step[]): StepState[] {
    return rest.flatMap(({ name }) => before.get(name) ?? []);
  }

  function execute(argv: readonly string[], name: string) {
    const [node, ...rest] = request.program;
    const output = openOutput(request.outputs, name);
    child = spawn(node, [...rest, ...argv], { stdio: ['ignore', output, 'inherit'] });
    closeSync(output);
    const running = child;
    return new Promise<{ status: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      running.on('error', reject);
      running.on('exit', (status, signal) => resolve({ status, signal }));
    });
  }
}

function openOutput(folder: string, name: string): number {
  const path = join(folder, `${name.replaceAll(' ', '-')}.txt`);
  try {
    mkdirSync(folder, { recursive: true });
    return openSync(path, 'w');
  } catch (error) {
    throw writeFailure(path, error);
  }
}
