/**
 * `ncp-train demo`: the whole way on a small scale, for whoever wants to see it work: recordings of a simulated road, two
 * models trained on a fold of them, their test, pictures. What it runs are ordinary `data generate` and `passive` runs, so
 * that an interrupted demo goes on, and everything can be looked at and continued. docs/demo.md
 */

import { availableParallelism } from 'node:os';
import { basename, join, relative } from 'node:path';
import type { z } from 'zod';
import { DEMO_MODELS, type DemoModel, type PerModel } from '../demo/pictures.ts';
import type { DemoResult } from '../demo/result.ts';
import { ConfigError, NcpTrainError } from '../errors.ts';
import { typedFlags } from '../options/flags.ts';
import { parseOptions } from '../options/parse.ts';
import {
  type DemoOptions,
  demoControl,
  demoOptions,
  type PassiveOptions,
  passiveOptions,
} from '../options/schema.ts';
import { type GenerateOptions, type GeneratePlan, planGeneration } from '../simulation/generate/generate.ts';
import { abortOnStop, exitStatusOf } from '../stop-signals.ts';
import { print } from '../terminal.ts';
import { aligned } from '../text/aligned.ts';
import { defineCommand, type Tools } from './command.ts';
import { generateWhole } from './data-generate.ts';
import { trainingView } from './training-view.ts';

/** Of the generated frames. */
const SIZE = { height: 125, width: 200 };

export default defineCommand({
  options: demoOptions,
  control: demoControl,
  run: demo,
});

async function demo(options: DemoOptions, _: unknown, tools: Tools<z.output<typeof demoControl>>) {
  const { out } = options;
  const { quiet, say } = tools;
  const fresh = tools.control.new;
  const started = performance.now();
  const stopped = () => {
    say(`stopped; to go on: ${[program(), 'demo', ...typedFlags(demoOptions, options)].join(' ')}`);
    if (tools.json) print(JSON.stringify({ out, state: 'stopped' }, null, 2));
  };

  // TensorFlow.js, which --help does not need.
  const [{ trainSession }, { demoResult }] = await Promise.all([
    import('../train/session.ts'),
    import('../demo/result.ts'),
  ]);
  const plan = await named(out, () => planData(options, fresh));
  const all = plan.kept.length + plan.missing.length;
  say(`1. ${all} drives of ${options.frames} frames on a simulated road: ${plan.options.out}`);
  if (plan.missing.length === 0) say('   there already');
  const stopping = abortOnStop();
  try {
    await generateWhole(plan, { progress: tools.progress, signal: stopping.signal });
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    process.exitCode = exitStatusOf(stopping.signal.reason);
    return stopped();
  } finally {
    stopping.dispose();
  }

  const runs = {} as Record<DemoModel, PassiveOptions>;
  for (const [n, model] of DEMO_MODELS.entries()) {
    runs[model] = passiveRun(options, model);
    say(`\n${n + 2}. training ${model}`);
    const { ending } = await named(out, () =>
      trainSession({
        command: 'passive',
        options: runs[model],
        argv: process.argv.slice(2),
        resume: fresh ? 'no' : 'auto',
        fresh: fresh,
        observer: trainingView(1, quiet),
      }),
    );
    if (ending.kind === 'already finished') say('   finished already');
    if (ending.kind === 'stopped') {
      if (ending.by !== 'time') process.exitCode = exitStatusOf(ending.by);
      return stopped();
    }
  }

  say(`\n${DEMO_MODELS.length + 2}. testing both\n`);
  const result = await demoResult(out, runs as PerModel<PassiveOptions>);
  const seconds = Math.round((performance.now() - started) / 1000);
  tools.print({ ...result, state: 'finished', seconds }, text(result, options.epochs));
}

async function planData(options: DemoOptions, fresh: boolean): Promise<GeneratePlan> {
  const request: GenerateOptions = {
    kind: 'passive',
    out: join(options.out, 'data'),
    ...SIZE,
    compress: false,
    seed: 0,
    force: false,
    frames: options.frames,
    recordings: options.recordings,
    workers: availableParallelism(),
  };
  try {
    return await planGeneration(request);
  } catch (error) {
    if (!fresh || !(error instanceof NcpTrainError) || error.exitStatus !== 2) throw error;
    return planGeneration({ ...request, force: true }); // drives of other options are made anew, those of the same kept
  }
}

/** The options of a model's run: the demo's where it has its own, the paper's elsewhere. */
function passiveRun(options: DemoOptions, model: DemoModel): PassiveOptions {
  const { out, recordings: _recordings, frames: _frames, ...same } = options;
  const places = {
    data: join(out, 'data'),
    cache_dir: join(out, 'cache'),
    sessions_dir: join(out, 'sessions'),
  };
  const own = { model, base_path: 'demo', log_period: 1, final: true };
  return parseOptions(passiveOptions, { ...same, ...places, ...own }, 'demo');
}

/** What is there already and does not fit has remedies of the demo's own. */
async function named<Value>(out: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NcpTrainError) || error.exitStatus !== 2) throw error;
    throw new ConfigError(
      `${out}: the demo cannot go on with what is there. --new starts it anew, --out FOLDER makes another beside it\n` +
        `  ${error.message}`,
    );
  }
}

function text({ backend, constant, models, pictures }: DemoResult, epochs: number): string {
  const figure = (value: number) => value.toFixed(3);
  const rows = [
    ['loss', 'validation, untrained', 'validation, best epoch', 'test'],
    ...models.map(({ model, validation, test }) => [
      model,
      figure(validation.untrained),
      `${figure(validation.best)} (epoch ${validation.best_epoch})`,
      figure(test),
    ]),
    ['best constant', '', figure(constant.validation), figure(constant.test)],
  ];
  const call = program();
  const config = join(models[1].folder, 'config.yaml');
  return [
    aligned(rows),
    '',
    'The losses are mean squared errors of the steering. A model below the constant has begun to see where the road goes,',
    'which is all that minutes of training can show. They cannot show which model is better, nor how it would drive: the',
    'paper makes tens of thousands of updates, a hundred times as many as here by default, and compares over ten folds.',
    '',
    `pictures: ${pictures.filter((path) => path.endsWith('.svg')).join(', ')}, and the same as .png`,
    '',
    'to go on',
    ...(backend === 'wasm' ? [`  several times as fast  ${call} backend install`] : []),
    `  more epochs            ${call} passive --config ${config} --resume --epochs ${4 * epochs}`,
    `  drives of your own     ${call} data import --help`,
    '  what all this is       docs/training.md, docs/data.md',
  ].join('\n');
}

/** How this program was called, to be typed again. */
function program(): string {
  const script = process.argv[1] ?? '';
  return basename(script) === 'ncp-train.js' ? `node ${relative(process.cwd(), script)}` : 'ncp-train';
}
