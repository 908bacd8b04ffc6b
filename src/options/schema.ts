/**
 * The options of the program: the only place where names, defaults, ranges and meanings stand. Help texts, the
 * files in `configs/`, the JSON Schema, what a run records and the headers of weights files are all made from it.
 * Names and defaults of the paper's options are those of docs/pipeline.md §4.
 */
import { z } from 'zod';
import {
  backend,
  cacheDir,
  cameraSize,
  channelOrder,
  compat as compatibility,
  crop,
  data,
  dryRun,
  experimentId,
  field,
  flag,
  force,
  labelScale,
  labelSign,
  type More,
  matching,
  noiseLevels,
  noiseSeed,
  not,
  only,
  outFolder,
  safeCsv,
  text,
  folds as whichCut,
} from './fields.ts';

/** The recurrent models: a convolution head before a cell. */
export const RECURRENT_MODELS = ['wm', 'lstm', 'gru', 'tf_gru', 'vanilla', 'ctrnn', 'ctgru'] as const;
/** All models, as `--model` takes them. */
export const MODELS = [...RECURRENT_MODELS, 'cnn'] as const;
/** Wirings of `wm`, as `--wm_size` takes them; `small` is another name of `mk2`. */
export const WM_SIZES = ['small', 'mk2', 'fully', 'rand'] as const;
/** The paper's numbers for the wiring of `wm` (docs/pipeline.md §3, "Wirings"), by the options that replace them. */
export const WM_NUMBERS = {
  wm_inter_neurons: 12,
  wm_command_neurons: 6,
  wm_sensory_fanout: 6,
  wm_inter_fanout: 4,
  wm_recurrent_command_synapses: 6,
  wm_motor_fanin: 6,
  wm_seed: 20190120,
} as const;
/** In which numbers convolutions compute, as `--precision` takes them. */
export const PRECISIONS = ['float32', 'bf16'] as const;
/** Solvers of `wm`, as `--solver` takes them. */
export const SOLVERS = ['semi-implicit', 'euler', 'rk4'] as const;

export type RecurrentModelName = (typeof RECURRENT_MODELS)[number];
export type Precision = (typeof PRECISIONS)[number];
export type ModelName = (typeof MODELS)[number];

/** Names that people have for a model, and what to say of them. */
export const OTHER_MODEL_NAMES: Readonly<Record<string, string>> = {
  ncp: 'the neural circuit policy (NCP) is called wm here',
  ltc: 'the network of LTC neurons, wired as a neural circuit policy, is called wm here',
  rnn: 'the plain recurrent network is called vanilla here',
};

const ofWm = { applies: [only('model', 'wm')] };
const ofRecurrent = { applies: [not('model', 'cnn')] };
const ofDenseCells = { applies: [not('model', 'wm', 'cnn')] };
const ofClippedCells = { applies: [only('model', 'lstm', 'gru', 'ctrnn', 'ctgru')] };
const ofCtRnn = { applies: [only('model', 'ctrnn')] };
const ofCnn = { applies: [only('model', 'cnn')] };
/** A file of one's own is the whole wiring. */
const ofWmByName = { applies: [only('model', 'wm'), only('wiring', undefined)] };
const ofWmByNumbers = { applies: [...ofWmByName.applies, not('wm_size', 'fully', 'rand')] };

/** An option of one group of commands. */
const option = <Type extends z.ZodType>(
  type: Type,
  fallback: z.output<Type>,
  description: string,
  more: More = {},
) => type.default(fallback as never).meta({ description, ...more });

export const wmSize = field(z.enum(WM_SIZES), 'wiring of wm', { title: 'wiring' });
export const lstmSize = field(z.int().min(1), 'units of the recurrent cell');

const CLIP_MEANING = 'bound on the state of the recurrent cell; 0 or less: none';
const FEEDBACK_MEANING = 'the state of ctrnn feeds back into its drive';

/** A wiring of one's own for `wm`. How many targets there are for a fan-out, contradictions.ts checks. */
const wiringNumbers = {
  wm_inter_neurons: option(
    z.int().min(1).max(1000),
    WM_NUMBERS.wm_inter_neurons,
    'inter neurons of wm, between the inputs and the command neurons',
    ofWmByNumbers,
  ),
  wm_command_neurons: option(
    z.int().min(1).max(1000),
    WM_NUMBERS.wm_command_neurons,
    'command neurons of wm, between the inter neurons and the motor neuron',
    ofWmByNumbers,
  ),
  wm_sensory_fanout: option(
    z.int().min(1),
    WM_NUMBERS.wm_sensory_fanout,
    'synapses of wm from each input, to different inter neurons',
    ofWmByNumbers,
  ),
  wm_inter_fanout: option(
    z.int().min(1),
    WM_NUMBERS.wm_inter_fanout,
    'synapses of wm from each inter neuron, to different command neurons',
    ofWmByNumbers,
  ),
  wm_recurrent_command_synapses: option(
    z.int().min(0).max(1_000_000),
    WM_NUMBERS.wm_recurrent_command_synapses,
    'draws of a synapse among the command neurons of wm',
    ofWmByNumbers,
  ),
  wm_motor_fanin: option(
    z.int().min(1),
    WM_NUMBERS.wm_motor_fanin,
    'synapses of wm into the motor neuron, from different command neurons',
    ofWmByNumbers,
  ),
  wm_seed: option(
    z.int().min(0).max(0xffffffff),
    WM_NUMBERS.wm_seed,
    'of the draws of wm’s synapses',
    ofWmByNumbers,
  ),
};

/** What determines the function a model computes, beside its weights. Recorded in every weights file. */
export const modelOptions = z.strictObject({
  model: z.enum(MODELS).meta({
    title: 'model',
    description: 'the network that is trained',
    otherNames: OTHER_MODEL_NAMES,
  }),
  wm_size: wmSize.or('small', ofWmByName),
  ...wiringNumbers,
  solver: option(z.enum(SOLVERS), 'semi-implicit', 'how wm integrates its differential equations', {
    title: 'solver',
    ...ofWm,
  }),
  lstm_size: lstmSize.or(64, ofDenseCells),
  lstm_clip: option(z.number(), -1, CLIP_MEANING, ofClippedCells),
  lstm_forget_bias: option(z.number(), 1, 'added to the forget gate of lstm', {
    applies: [only('model', 'lstm')],
  }),
  ctfeedback: option(z.boolean(), false, FEEDBACK_MEANING, ofCtRnn),
  sparsity: option(
    z.number().lt(1),
    -1,
    'share of the recurrent weights that stays 0; 0 or less: none',
    ofDenseCells,
  ),
  compat: compatibility.or('none'),
});

export type ModelOptions = z.output<typeof modelOptions>;
/** The same as given: all but `model` may be left out. */
export type ModelInput = z.input<typeof modelOptions>;

/** An option whose default the commands choose, e.g. `epochs(50)`. */
const choice = <Type extends z.ZodType>(type: Type, description: string, more: More = {}) =>
  field(type, description, more).or;

/** An option without a default: what is not given is left to what `description` says. */
const open = <Type extends z.ZodType>(type: Type, description: string, more: More = {}) =>
  type.optional().meta({ description, ...more });

const epochs = choice(z.int().min(0), 'passes over the training frames');
const lr = choice(z.number().gt(0), 'learning rate of Adam');
const batchSize = choice(z.int().min(1), 'sequences in a batch; frames, for cnn');
const seqLen = choice(z.int().min(1), 'frames in a training sequence');
const final = choice(z.boolean(), 'test the best checkpoint at the end');
const curveFactor = choice(z.number().min(0), 'weight of a sample is exp(curve_factor·|label|)');
const shadowGamma = choice(z.number().min(0), 'strength of the shadow augmentation; 0: off');
const logPeriod = choice(z.int().min(1), 'epochs between two printed lines; the log has every epoch');
const lstmClip = choice(z.number(), CLIP_MEANING, ofClippedCells);
const feedback = choice(z.boolean(), FEEDBACK_MEANING, ofCtRnn);

const share = z.number().gt(0).max(1);

/** What `passive` and `active` have in common with the same defaults. */
const training = {
  base_path: option(
    matching(/^[\w.-]+$/, 'letters, digits, ".", "_" and "-"'),
    'session',
    'name of the session, part of its folder’s name',
  ),
  sessions_dir: option(text, 'sessions', 'where runs are written'),
  seed: option(z.int().min(0), 1, 'of start values, batches, augmentation and dropout'),
  lr: lr(0.0005),
  batch_size: batchSize(20),
  seq_len: seqLen(16, ofRecurrent),
  conv_grad_scaling: option(z.number().min(0), 1, 'factor on the gradients of the convolutions', ofRecurrent),
  darkening_ratio: option(z.number().min(0).max(1), 0.66, 'share of the shadows that darken', {
    applies: [not('shadow_gamma', 0)],
  }),
  perspective: option(z.boolean(), false, 'also shift and turn the view, with the label corrected'),
  perspective_speed: option(
    z.number().positive(),
    60,
    'm/s; the corrected label leads back within 4 s at this speed',
    { applies: [only('perspective', true)] },
  ),
  drf: option(share, 0.5, 'probability to keep a feature behind the convolutions', ofCnn),
  dr1: option(share, 0.5, 'probability to keep a unit of the first dense layer', ofCnn),
  dr2: option(share, 0.7, 'probability to keep a unit of the second dense layer', ofCnn),
  patience: option(z.int().min(0), 0, 'stop after so many epochs without a better validation loss; 0: never'),
  max_minutes: option(z.number().min(0), 0, 'stop with a checkpoint after so many minutes; 0: never'),
  tensorboard: option(z.boolean(), false, 'also write event files for TensorBoard'),
  debug: option(z.boolean(), false, 'use one recording only'),
  crop: crop.open('as dataset.yaml says, else paper'),
  channel_order: channelOrder.open('as dataset.yaml says, else rgb'),
  label_scale: labelScale.open('as dataset.yaml says, else default_label_scale'),
  default_label_scale: open(
    z.number().gt(0),
    'factor on the labels where neither label_scale nor dataset.yaml says one; not given: 1000',
  ),
  label_sign: labelSign.open('as dataset.yaml says, else 1'),
  cache_dir: cacheDir.open('the user’s cache folder', { description: 'where cropped frames are kept' }),
  backend: backend.or('auto'),
  precision: option(
    z.enum(PRECISIONS),
    'float32',
    'of the convolutions; bf16, bfloat16, only on the backends tensorflow and native, and faster only where the processor has it',
  ),
  workers: option(z.int().min(0), 0, 'replicas that share each batch on the backend wasm; 0: one a core', {
    applies: [not('backend', 'tensorflow', 'native')],
  }),
  loaders: option(z.int().min(0), 1, 'threads that prepare batches; 0: none, between the steps'),
  threads: option(z.int().min(0), 0, 'threads of TensorFlow, or of the backend native; 0: one a core', {
    applies: [not('backend', 'wasm')],
  }),
  wiring: open(text, 'JSON file with a wiring of your own for wm', ofWm),
};

const { model, solver, lstm_size, lstm_forget_bias, sparsity, compat } = modelOptions.shape;

/** `ncp-train passive`: 10-fold cross-testing (docs/pipeline.md §1 and §4). */
export const passiveOptions = z.strictObject({
  model,
  experiment_id: experimentId.required,
  data: data.or('training_data_passive'),
  folds: whichCut.open('as dataset.yaml says, else paper'),
  epochs: epochs(50),
  ...training,
  curve_factor: curveFactor(0.1),
  shadow_gamma: shadowGamma(1),
  wm_size: wmSize.or('small', ofWmByName),
  ...wiringNumbers,
  solver,
  lstm_size,
  lstm_clip: lstmClip(-1),
  lstm_forget_bias,
  ctfeedback: feedback(false),
  sparsity,
  compat,
  log_period: logPeriod(5),
  final: final(false),
});

/** `ncp-train active`: the fixed split of the active test drives. */
export const activeOptions = z.strictObject({
  model,
  data: data.or('training_data_active'),
  epochs: epochs(200),
  ...training,
  curve_factor: curveFactor(0),
  shadow_gamma: shadowGamma(0),
  wm_size: wmSize.or('mk2', ofWmByName),
  ...wiringNumbers,
  solver,
  lstm_size,
  lstm_clip: lstmClip(10),
  lstm_forget_bias,
  ctfeedback: feedback(true),
  compat,
  log_period: logPeriod(1),
});

/** What runs a sweep's runs, as `--executor` takes it. */
export const EXECUTORS = ['local', 'slurm'] as const;

const jobs = choice(z.int().min(0), 'runs at a time; 0: one a core');
const locally = { applies: [only('executor', 'local')] };
const onSlurm = { applies: [only('executor', 'slurm')] };

/** Of a sweep: which runs, and what runs them. Everything else it takes are options of its runs. */
const sweepControl = {
  set: open(text, 'values to try, such as lr=1e-3,5e-4; given several times, every combination is a run', {
    adds: true,
  }),
  executor: option(z.enum(EXECUTORS), 'local', 'what runs them: this machine, or a Slurm cluster', {
    title: 'executor',
  }),
  jobs: jobs(0, locally),
  cpus: option(z.int().min(0), 0, 'cores of one run; 0: local, the cores by the jobs; slurm, 1'),
  memory: option(
    z.number().min(0),
    0,
    'GB that one run may take: one that takes more is stopped, and has failed; 0: no limit',
  ),
  partition: open(text, 'the partition; not given: the cluster’s default', onSlurm),
  time: open(
    text,
    'time limit of a task, e.g. 4:00:00; a run that is not done by then goes on in another',
    onSlurm,
  ),
  gres: open(text, 'resources of a task, e.g. gpu:1', onSlurm),
  array_limit: option(z.int().min(0), 0, 'tasks at a time; 0: as many as the cluster gives', onSlurm),
  signal_ahead: option(
    z.int().min(1).max(3600),
    120,
    'seconds before the time limit at which a run is told to write a checkpoint and end',
    onSlurm,
  ),
  sbatch: open(text, 'more options for sbatch, e.g. "--account=robots --qos=long"', onSlurm),
};

const modelList = text.meta({ description: 'networks to train, e.g. wm,lstm; all: the eight of the paper' });
const foldList = open(
  text,
  'which folds, e.g. 0-9 or 0,3; auto:5 or a YAML file: all folds of that cut, auto:5/0-2 some; not given: all there are',
);

const { experiment_id: _fold, folds: _cut, model: passiveModel, ...passiveTraining } = passiveOptions.shape;
const { model: _model, ...activeTraining } = activeOptions.shape;
const passiveRuns = {
  ...passiveTraining,
  final: final(true, { description: 'test the best checkpoint of each run at its end' }),
};

/** `ncp-train sweep passive`: many models and folds. */
export const sweepPassiveOptions = z.strictObject({
  models: modelList,
  folds: foldList,
  ...sweepControl,
  ...passiveRuns,
});

/** `ncp-train sweep active`: many models. */
export const sweepActiveOptions = z.strictObject({
  models: modelList,
  ...sweepControl,
  ...activeTraining,
});

/** `ncp-train crossval`: all folds of one model. */
export const crossvalOptions = z.strictObject({
  model: passiveModel,
  folds: foldList,
  ...sweepControl,
  ...passiveRuns,
});

/**
 * `ncp-train demo`: a passive set and two trainings that fit into three minutes. A passive run with the paper's options makes
 * some twenty updates in that time, which teach nothing; what is chosen here makes a few hundred smaller ones.
 */
export const demoOptions = z.strictObject({
  out: outFolder.or('demo', { description: 'folder for recordings, runs and pictures, all of the demo' }),
  recordings: option(
    z.int().min(2).max(19),
    8,
    'recordings to make, the first so many of the generator’s 19 names; 7 to train on, 1 for the test',
  ),
  frames: option(z.int().min(48), 200, 'frames of each recording, 125×200 pixels; 200 are 7 s'),
  experiment_id: experimentId.or(0, {
    description: 'the fold; the test drive of fold 0 has curves to both sides',
  }),
  epochs: option(z.int().min(1), 4, 'passes over the training frames, 36 updates each'),
  batch_size: batchSize(4, {
    description: 'sequences in a batch: a fifth of the paper’s, for five times the updates',
  }),
  seq_len: seqLen(8, {
    description:
      'frames in a training sequence: half the paper’s, for twice the updates; at 30 frames/s a quarter of a second',
  }),
  lr: lr(0.002, {
    description:
      'learning rate of Adam: four times the paper’s, since there are 144 updates and not tens of thousands',
  }),
  label_scale: labelScale.or(200, {
    description:
      'factor from curvature in 1/m to labels: brings their deviation, 5.6 at the paper’s 1000, near 1, ' +
      'where both models’ outputs lie from the start (wm: within about ±1)',
  }),
  seed: training.seed,
  backend: training.backend,
  workers: training.workers,
  loaders: training.loaders,
  threads: training.threads,
});

/** `ncp-train reproduce`: the whole paper on generated drives. */
export const reproduceOptions = z.strictObject({
  scale: option(
    z.enum(['small', 'full']),
    'small',
    'small: a rehearsal of half an hour; full: the paper’s folds and epochs, days',
    { title: 'scale' },
  ),
  out: outFolder.or('reproduction', {
    description: 'folder for recordings, runs, drives, analyses and the report',
  }),
  backend: training.backend,
  jobs: jobs(0),
});

/** Kinds of simulated road, as `--road` takes them. */
export const ROADS = ['passive', 'active'] as const;
/** Of which drives the frames are kept, as `--record` takes them. */
export const RECORDS = ['first', 'all', 'none'] as const;
/** What is drawn into a video, as `--overlay` takes it. */
export const OVERLAYS = ['none', 'steering', 'saliency', 'both'] as const;

const onRoad = { applies: [only('on', undefined)] };
const overRecording = { applies: [not('on', undefined)] };

/** `ncp-train drive`: test drives in closed loop. */
export const driveOptions = z.strictObject({
  out: outFolder.or('drives', { description: 'folder for recordings, metrics, pictures and videos' }),
  on: open(text, 'a recording to drive over, instead of the simulated road'),
  road: option(z.enum(ROADS), 'active', 'kind of simulated road', { title: 'road', ...onRoad }),
  road_seed: option(
    z.int().min(0),
    1,
    'another seed, other roads; none of them is in any training set',
    onRoad,
  ),
  runs: open(
    z.int().min(1).max(1000),
    'drives of each model at each noise level, each on a road of its own; not given: 10, and 1 with --on',
  ),
  distance: option(z.number().gt(0).max(100_000), 1000, 'of each drive along the road, m', onRoad),
  seconds: open(z.number().gt(0), 'end each drive after so many seconds at the latest'),
  noise: noiseLevels.default('0').meta({
    description: 'σ of Gaussian pixel noise on what the model sees, of full brightness; several: 0,0.1,0.2',
  }),
  noise_seed: noiseSeed.or(1, { applies: [not('noise', '0')] }),
  light: option(
    z.number().gt(0),
    1,
    'factor on the exposure of the camera: below 1 darker, above 1 brighter',
    onRoad,
  ),
  push: option(
    z.number().min(0).max(3),
    0,
    'how far the car is pushed sideways every 4 to 14 s, m; 0: never',
    onRoad,
  ),
  size: cameraSize.or('250x400', {
    ...onRoad,
    description:
      'height and width of the camera’s frames, pixels; models should see what they were trained on',
  }),
  speed: open(z.number().gt(0), 'of the car, m/s, where the recording does not say', overRecording),
  unseen: option(
    z.number().min(0).lt(1),
    0.02,
    'share of the model’s view that may lie beyond the recorded frame; more is a crash',
    overRecording,
  ),
  record: option(
    z.enum(RECORDS),
    'first',
    'drives whose frames are kept: of each model and noise level the first, all, none',
  ),
  video: option(
    z.boolean(),
    false,
    'also a video (with ffmpeg) or a filmstrip of the drives whose frames are kept',
  ),
  overlay: option(
    z.enum(OVERLAYS),
    'steering',
    'what is drawn into the video: how the car steers, what the model attends to',
    { applies: [only('video', true)] },
  ),
  backend: training.backend,
  threads: training.threads,
  workers: option(z.int().min(0), 0, 'threads that draw what the cars see; 0: one a core', onRoad),
});

// Flags that say how to run, not what: typed only, neither in a file nor in what a run records.

/** Of `passive` and `active`. */
export const trainingControl = z.strictObject({
  resume: z
    .enum(['must', 'auto'])
    .optional()
    .meta({ description: 'go on with the run that is there; auto: or start one', bare: 'must' }),
  new: flag('move the run that is there aside and start again'),
});

/** Of `sweep passive`, `sweep active`, `crossval` and `reproduce`. */
export const planControl = z.strictObject({ dry_run: dryRun });

/** Of `demo`. */
export const demoControl = z.strictObject({
  new: flag('start anew; the runs that are there are moved aside'),
});

/** Of `drive`. */
export const driveControl = z.strictObject({
  compare: flag('models side by side per noise level, with a plot of crashes against noise'),
  force,
  format: open(z.enum(['text', 'csv', 'json']), 'of the metrics; not given: text'),
  safe_csv: safeCsv,
});

export type DriveOptions = z.output<typeof driveOptions>;
export type PassiveOptions = z.output<typeof passiveOptions>;
export type ActiveOptions = z.output<typeof activeOptions>;
export type SweepControl = z.output<z.ZodObject<typeof sweepControl>>;
export type ReproduceOptions = z.output<typeof reproduceOptions>;
export type DemoOptions = z.output<typeof demoOptions>;
