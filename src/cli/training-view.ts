/**
 * What a training run shows while it goes on: a summary before it, on a terminal a progress bar per epoch, and a line per
 * epoch (every `--log_period` epochs). The bar ends with the epoch, or with the run however that ends. Everything goes to
 * stderr; the result of the run is not printed here.
 */
import { ROUNDING } from '../data/inspect/label-scale.ts';
import { synapseCount } from '../models/wiring/wiring.ts';
import { terminal } from '../terminal.ts';
import { duration, plural } from '../text/figures.ts';
import type { Figures } from '../train/evaluate.ts';
import type { Observer, SessionSummary } from '../train/session.ts';
import { type Progress, startProgress } from './progress.ts';

/** Steps after which the time of the whole run is foretold. */
const ESTIMATE_AFTER = 5;

const HEARTBEAT_MS = 60_000;

/**
 * @param logPeriod - epochs between two lines
 * @param quiet - nothing but warnings
 */
export function trainingView(logPeriod: number, quiet: boolean): Observer {
  const say = (text: string) => {
    if (!quiet) terminal.say(text);
  };
  let session: SessionSummary | undefined;
  let caching: { name: string; bar: Progress } | undefined;
  let bar: Progress | undefined;
  let epochStarted = 0;
  let steps = 0;
  let sum = 0;
  let spoke = performance.now();

  /** Where there is no terminal: a sign of life a minute. */
  const heartbeat = (what: string, batch: number, batches: number) => {
    if (performance.now() - spoke < HEARTBEAT_MS) return;
    spoke = performance.now();
    say(`${what}, batch ${batch} of ${batches}`);
  };

  return {
    caching(name, done, frames) {
      if (quiet) return;
      if (caching?.name !== name) {
        caching?.bar.finish();
        caching = { name, bar: startProgress(`cropping ${name}`, frames, 'frames') };
      }
      caching.bar.update(done);
      if (done < frames) return;
      caching.bar.finish();
      caching = undefined;
    },
    starting(summary) {
      session = summary;
      epochStarted = performance.now(); // of what is left of it, where a run is resumed within an epoch
      for (const line of summaryLines(summary)) say(line);
    },
    validated(epoch, valid, isBest) {
      if (!session) return;
      if (epoch === session.epochs)
        say(`final weights: validation ${figures(valid)}${isBest ? ', best' : ''}`);
      epochStarted = performance.now();
      steps = 0;
      sum = 0;
    },
    stepped(epoch, batch, { mse }, frames) {
      if (!session || quiet) return;
      steps += 1;
      sum += mse;
      if (steps === ESTIMATE_AFTER && epoch === session.from.epoch)
        say(estimate(session, epoch, batch, epochStarted, steps));
      const what = `epoch ${epoch} loss ${(sum / steps).toFixed(3)}`;
      if (!terminal.canRewrite) return heartbeat(what, batch, session.batchesPerEpoch);
      const begun = { done: (batch - steps) * frames, at: epochStarted };
      bar ??= startProgress(what, session.batchesPerEpoch * frames, 'frames', begun);
      bar.update(batch * frames, what);
      if (batch < session.batchesPerEpoch) return;
      bar.finish();
      bar = undefined;
    },
    epochEnded(epoch, train, valid) {
      if (epoch % logPeriod === 0)
        say(`epoch ${epoch}: train ${figures(train)}, validation ${figures(valid)}`);
    },
    ended() {
      caching?.bar.finish();
      bar?.finish();
      caching = undefined;
      bar = undefined;
    },
  };
}

const counted = (count: number, what: 'epoch' | 'batch') =>
  `${count} ${what}${count === 1 ? '' : what === 'batch' ? 'es' : 's'}`;

const figures = ({ loss, mae }: Figures) => `loss ${loss.toFixed(3)} mae ${mae.toFixed(3)}`;

function summaryLines({
  folder,
  backend,
  replicas,
  data,
  model,
  parameters,
  batchesPerEpoch,
  epochs,
  from,
}: SessionSummary) {
  const { split, recordings, dataset, labelDeviation } = data;
  const count = (segments: readonly { count: number }[]) => segments.reduce((sum, one) => sum + one.count, 0);
  const total = count(split.train) + count(split.validation) + count(split.test);
  const share = (name: 'train' | 'validation' | 'test') =>
    `${name} ${count(split[name])} (${((100 * count(split[name])) / total).toFixed(1)} %)`;
  const wiring = model.kind === 'recurrent' ? model.wiring : undefined;
  const synapses = wiring ? `, ${synapseCount(wiring.sensory) + synapseCount(wiring.neural)} synapses` : '';
  const lines = [
    `run      ${folder}${from.epoch + from.batch > 0 ? `, resumed in epoch ${from.epoch} after batch ${from.batch}` : ''}`,
    `data     ${plural(recordings.length, 'recording')}, frames: ${share('train')}, ${share('validation')}, ${share('test')}`,
    `labels   scale ${dataset.labelScale}, deviation ${labelDeviation.toFixed(2)}`,
    `model    ${model.options.model}, ${parameters} parameters${synapses}`,
    `backend  ${backend}${replicas > 1 ? `, ${replicas} replicas` : ''}`,
    `training ${counted(epochs, 'epoch')} of ${counted(batchesPerEpoch, 'batch')}`,
  ];
  const warning = labelWarning(model.options.model, labelDeviation, dataset.labelScale);
  return warning ? [...lines, warning] : lines;
}

/**
 * docs/pipeline.md §1: the paper's labels deviate by a few units. The motor neuron of wm lives within about ±1 before its
 * output weight, so that labels far beyond take it thousands of steps.
 *
 * @param deviation - of the training labels, curvature × scale
 * @returns undefined where they suit the model
 */
export function labelWarning(model: string, deviation: number, scale: number): string | undefined {
  if (deviation <= Math.abs(scale) * ROUNDING) {
    return 'warning: all training labels are equal; there is nothing to learn here: check where they come from';
  }
  const limit = model === 'wm' ? 3 : 20;
  if (deviation <= limit && deviation >= 0.05) return undefined;
  const better = Number((scale / deviation).toPrecision(1));
  return (
    `warning: the labels deviate by ${deviation.toFixed(2)}, which ${model} learns slowly; ` +
    `--label_scale ${better} would bring that near 1`
  );
}

function estimate(
  session: SessionSummary,
  epoch: number,
  batch: number,
  started: number,
  steps: number,
): string {
  const perStep = (performance.now() - started) / steps;
  const left = (session.epochs - epoch) * session.batchesPerEpoch - batch;
  return `about ${duration((left * perStep) / 1000)} to go, ${perStep.toFixed(0)} ms a batch`;
}
