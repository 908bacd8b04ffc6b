/**
 * The analyses that a report looks for, recognised by the file names that their commands write. Where an analysis was put
 * is the user's choice (`--out`), so names are all there is to go by.
 */

import { shellWord } from '../../text/shell-word.ts';

export interface Analysis {
  /** Of its section. */
  readonly id: string;
  readonly title: string;
  /** What it shows, and where the paper has it. */
  readonly about: string;
  /** Words of the command, e.g. `analyse pca`. */
  readonly command: string;
  /** What follows them. CHECKPOINT, RECORDING and FOLDER are filled in where they are known. */
  readonly usage: string;
  /** The only model that it is for. */
  readonly model?: string;
  /** A folder with such a file holds an output of the command. */
  readonly mark: RegExp;
  /** Pictures, without ending. */
  readonly pictures: RegExp;
  /** Tables whose first rows are shown. */
  readonly tables: RegExp;
  /** Columns that are shown of them; all by default. */
  readonly columns?: RegExp;
  /** Other files, which are named with their sizes. */
  readonly others?: RegExp;
  /** A JSON file that says what was run. */
  readonly facts?: string;
  /** Folders of pictures of single frames, of which some are shown. */
  readonly frames?: readonly string[];
}

export const ANALYSES: readonly Analysis[] = [
  {
    id: 'drives',
    title: 'Test drives',
    about: 'Crashes, distance and comfort of models that drove themselves (Fig. 4).',
    command: 'drive',
    usage: 'CHECKPOINT --compare --out FOLDER',
    mark: /^(metrics\.(csv|json)|.+_noise[\d.]+_run\d+\.(h5|png|mp4))$/,
    pictures: /^(crashes|.+_noise[\d.]+_run\d+)$/,
    tables: /^metrics\.csv$/,
    columns:
      /^(model|noise|row|run|crashes|crashes_per_km|autonomous_distance|autonomous_time|distance_between_crashes|lateral_(acceleration|jerk|offset)_rms)$/,
    facts: 'metrics.json',
    others: /^.+_noise[\d.]+_run\d+\.(h5|mp4)$/,
  },
  {
    id: 'replay',
    title: 'Replay',
    about: 'A model run over a recording: its steering beside the driver’s.',
    command: 'replay',
    usage: 'CHECKPOINT RECORDING --plot --out FOLDER',
    mark: /^replay\.json$/,
    pictures: /^prediction$/,
    tables: /^$/,
    others: /^((output|sensory|neurons|state_.+|weights_.+)\.csv|frames\.mp4)$/,
    facts: 'replay.json',
    frames: ['frames'],
  },
  {
    id: 'saliency',
    title: 'Saliency',
    about: 'Where a model looks, by VisualBackprop.',
    command: 'saliency',
    usage: 'CHECKPOINT RECORDING --overlays --out FOLDER',
    mark: /^saliency\.json$/,
    pictures: /^$/,
    tables: /^$/,
    others: /^(saliency\.npy|overlays\.mp4)$/,
    facts: 'saliency.json',
    frames: ['overlays', 'maps'],
  },
  {
    id: 'ssim',
    title: 'Structural similarity under noise',
    about: 'How much noise changes the saliency maps, beside the crashes (Fig. 4).',
    command: 'analyse ssim',
    usage: 'CHECKPOINT --recording RECORDING --drives DRIVES --out FOLDER',
    mark: /^ssim\.(csv|json)$/,
    pictures: /^(ssim|crashes)$/,
    tables: /^(ssim|crashes)\.csv$/,
    facts: 'ssim.json',
  },
  {
    id: 'lipschitz',
    title: 'Lipschitz constants',
    about: 'How fast each neuron changes along a drive.',
    command: 'analyse lipschitz',
    usage: 'CHECKPOINT RECORDING --out FOLDER',
    mark: /^lipschitz\.csv$/,
    pictures: /^lipschitz-(trace|jacobian)$/,
    tables: /^lipschitz\.csv$/,
  },
  {
    id: 'pca',
    title: 'Principal components',
    about: 'Variance of the states that each component explains, and the first two on the road (Fig. 5).',
    command: 'analyse pca',
    usage: 'CHECKPOINT RECORDING --out FOLDER',
    mark: /^components\.csv$/,
    pictures: /^(explained|road-.+)$/,
    tables: /^components\.csv$/,
    others: /^(loadings|scores-.+)\.csv$/,
  },
  {
    id: 'activity',
    title: 'Neural activity',
    about: 'Every neuron on the driven road, of wm with its time constants (Fig. 6).',
    command: 'analyse activity',
    usage: 'CHECKPOINT RECORDING --out FOLDER',
    mark: /^activity-.+\.csv$/,
    pictures: /^(activity|time-constant|coupling)-.+$/,
    tables: /^$/,
    others: /^(activity|time-constant|coupling)-.+\.csv$/,
  },
  {
    id: 'wiring',
    title: 'Wiring',
    about: 'The synapses of a neural circuit policy in its four layers.',
    command: 'analyse wiring',
    usage: 'CHECKPOINT --out FOLDER',
    model: 'wm',
    mark: /^(synapses|connections)\.csv$/,
    pictures: /^wiring$/,
    tables: /^(layers|connections)\.csv$/,
    others: /^synapses\.csv$/,
  },
  {
    id: 'parameters',
    title: 'Parameters',
    about: 'What each model trains, part by part.',
    command: 'analyse parameters',
    usage: 'CHECKPOINT --csv FOLDER/parameters.csv',
    mark: /^parameters\.csv$/,
    pictures: /^$/,
    tables: /^parameters\.csv$/,
  },
  {
    id: 'sparsity',
    title: 'Sparsity',
    about: 'Losses of the runs with --sparsity, over how sparse they are.',
    command: 'analyse sparsity',
    usage: 'RUNS --out FOLDER',
    mark: /^sparsity\.csv$/,
    pictures: /^sparsity$/,
    tables: /^sparsity\.csv$/,
  },
];

/** What stands for the words in capitals; a word that is not known stays as it is. */
export interface Known {
  readonly checkpoints?: readonly string[];
  readonly recording?: string;
  readonly folder?: string;
  readonly runs: string;
  /** Flags with their values, behind the rest. */
  readonly options?: readonly string[];
}

/** The command as typed. */
export function commandOf({ command, usage }: Analysis, known: Known): string {
  const { checkpoints = [], recording, folder, runs, options = [] } = known;
  const words: Record<string, readonly (string | undefined)[]> = {
    CHECKPOINT: checkpoints,
    RECORDING: [recording],
    FOLDER: [folder],
    RUNS: [runs],
  };
  const filled = usage.replace(/(CHECKPOINT|RECORDING|FOLDER|RUNS)(\/\S+)?/g, (word, name, rest = '') => {
    const values = words[name].filter((value) => value !== undefined);
    return values.length === 0 ? word : values.map((value) => shellWord(`${value}${rest}`)).join(' ');
  });
  return ['ncp-train', command, filled, ...options.map(shellWord)].join(' ');
}
