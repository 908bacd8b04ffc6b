/**
 * The table of commands: what each is called, a line about it, and the file that defines it. The files are imported
 * only when their command is used, so that `--help` is quick.
 */
import type { CommandDefinition } from './command.ts';

export interface CommandEntry {
  /** Words as typed, e.g. `backend install`; one of two words stands behind a command of the first. */
  readonly name: string;
  /** What it does, as an order. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly default: CommandDefinition }>;
}

/** Groups of commands, by their first word. */
export const groups: Record<string, string> = {
  analyse: 'make the figures and tables of the paper, from checkpoints and runs',
  bag: 'look into rosbags, take recordings and metrics out of them',
  backend: 'install, list or remove the native backend',
  data: 'make, convert, look at and check recordings',
  'data cache': 'list or clear the cropped frames that training keeps',
  sweep: 'train many runs: models, folds and settings, on this machine or a Slurm cluster',
};

export const commands: CommandEntry[] = [
  {
    name: 'demo',
    summary: 'make a few drives, train two models on them, test both: three minutes',
    load: () => import('./demo.ts'),
  },
  {
    name: 'passive',
    summary: 'train on one fold of the passive recordings (10-fold cross-testing)',
    load: () => import('./passive.ts'),
  },
  {
    name: 'active',
    summary: 'train on the recordings of the active test drives',
    load: () => import('./active.ts'),
  },
  {
    name: 'active select',
    summary: 'copy the checkpoint that should drive to final_models',
    load: () => import('./active-select.ts'),
  },
  {
    name: 'reproduce',
    summary: 'do the whole paper on generated drives: data, sweeps, drives, analyses, report',
    load: () => import('./reproduce.ts'),
  },
  {
    name: 'crossval',
    summary: 'train one model on all folds, and make its table',
    load: () => import('./crossval.ts'),
  },
  {
    name: 'sweep passive',
    summary: 'train models × folds × settings, and make their table',
    load: () => import('./sweep-passive.ts'),
  },
  {
    name: 'sweep active',
    summary: 'train models × settings on the active recordings',
    load: () => import('./sweep-active.ts'),
  },
  {
    name: 'sweep status',
    summary: 'show every run of a sweep, and the table of the finished ones',
    load: () => import('./sweep-status.ts'),
  },
  { name: 'sweep cancel', summary: 'end a sweep, with checkpoints', load: () => import('./sweep-cancel.ts') },
  {
    name: 'sweep run',
    summary: 'train one run of a sweep in this process; what its executors start',
    load: () => import('./sweep-run.ts'),
  },
  { name: 'test', summary: 'evaluate a checkpoint on recordings', load: () => import('./test.ts') },
  {
    name: 'drive',
    summary: 'let models drive in closed loop, count crashes, measure comfort',
    load: () => import('./drive.ts'),
  },
  {
    name: 'results',
    summary: 'compare models by their means over folds',
    load: () => import('./results.ts'),
  },
  { name: 'runs', summary: 'list runs with state, epoch and best loss', load: () => import('./runs.ts') },
  {
    name: 'report',
    summary: 'write an HTML page about runs: options, curves, results, analyses',
    load: () => import('./report.ts'),
  },
  {
    name: 'replay',
    summary: 'run a checkpoint over a recording: steering and states of every frame',
    load: () => import('./replay.ts'),
  },
  {
    name: 'saliency',
    summary: 'show what a checkpoint attends to on a recording (VisualBackprop)',
    load: () => import('./saliency.ts'),
  },
  {
    name: 'widget',
    summary: 'write an HTML page to look through drives: frames, saliency, steering, neurons',
    load: () => import('./widget.ts'),
  },
  {
    name: 'analyse ssim',
    summary: 'measure how saliency maps change under noise, beside the crashes of test drives',
    load: () => import('./analyse-ssim.ts'),
  },
  {
    name: 'analyse parameters',
    summary: 'count what models train, part by part',
    load: () => import('./analyse-parameters.ts'),
  },
  {
    name: 'analyse wiring',
    summary: 'draw and count the synapses of a neural circuit policy',
    load: () => import('./analyse-wiring.ts'),
  },
  {
    name: 'analyse sparsity',
    summary: 'draw the losses of the runs with --sparsity over how sparse they are',
    load: () => import('./analyse-sparsity.ts'),
  },
  {
    name: 'analyse lipschitz',
    summary: 'measure how fast each neuron changes along a drive, model beside model',
    load: () => import('./analyse-lipschitz.ts'),
  },
  {
    name: 'analyse pca',
    summary: 'draw principal components of the states on the driven road',
    load: () => import('./analyse-pca.ts'),
  },
  {
    name: 'analyse activity',
    summary: 'draw every neuron on the driven road, of wm with its time constants',
    load: () => import('./analyse-activity.ts'),
  },
  {
    name: 'backend install',
    summary: 'get TensorFlow and compile the native backend',
    load: () => import('./backend-install.ts'),
  },
  {
    name: 'backend list',
    summary: 'say which backends are installed',
    load: () => import('./backend-list.ts'),
  },
  { name: 'backend remove', summary: 'delete the native backend', load: () => import('./backend-remove.ts') },
  {
    name: 'data generate',
    summary: 'make drives on a simulated road, in the paper’s format',
    load: () => import('./data-generate.ts'),
  },
  {
    name: 'data import',
    summary: 'convert drives of other formats',
    load: () => import('./data-import.ts'),
  },
  {
    name: 'data inspect',
    summary: 'summarise recordings and draw a contact sheet',
    load: () => import('./data-inspect.ts'),
  },
  {
    name: 'data check',
    summary: 'read everything and list every defect',
    load: () => import('./data-check.ts'),
  },
  {
    name: 'data cache list',
    summary: 'say which recordings are in the cache of cropped frames',
    load: () => import('./data-cache-list.ts'),
  },
  {
    name: 'data cache clear',
    summary: 'delete all cropped frames; they are made again when needed',
    load: () => import('./data-cache-clear.ts'),
  },
  {
    name: 'bag info',
    summary: 'list the topics of a rosbag, and what each would be used for',
    load: () => import('./bag-info.ts'),
  },
  {
    name: 'bag export',
    summary: 'take pictures, signals and a recording out of a rosbag',
    load: () => import('./bag-export.ts'),
  },
  {
    name: 'bag metrics',
    summary: 'measure crashes, distance and discomfort of a drive in a rosbag',
    load: () => import('./bag-metrics.ts'),
  },
  {
    name: 'doctor',
    summary: 'say what works here, and how to mend what does not',
    load: () => import('./doctor.ts'),
  },
];
