/**
 * `docs/options.md`: every option of every command with values, defaults and meaning; those of trainings in groups that say what
 * they have an effect on. Names, values and defaults come from the schema; an option that is in no group, or in two, is
 * refused, so the page cannot fall behind. Written by `npm run configs`.
 */
import type { z } from 'zod';
import { appliesText } from './applies.ts';
import { everyOptions } from './fields.ts';
import { type OptionDescription, optionsOf, valuesText } from './flags.ts';
import { activeOptions, passiveOptions, sweepPassiveOptions, WM_NUMBERS } from './schema.ts';

interface Group {
  readonly title: string;
  readonly effect: string;
  readonly options: readonly string[];
}

const GROUPS: readonly Group[] = [
  {
    title: 'The run',
    effect:
      'Which run it is, and where it lies. `model`, `base_path` and `experiment_id` make the name of its folder; with the same ' +
      'options and the same `seed`, a run gives the same numbers.',
    options: ['model', 'experiment_id', 'base_path', 'sessions_dir', 'seed', 'compat'],
  },
  {
    title: 'Data',
    effect:
      'Which recordings are read, how a frame becomes the 78×200 pixels that a model sees, and the unit of the labels. Without ' +
      'them `dataset.yaml` beside the recordings counts, then `default_label_scale`, then the paper’s values. Losses of runs with ' +
      'different label scales cannot be compared.',
    options: [
      'data',
      'folds',
      'debug',
      'crop',
      'channel_order',
      'label_scale',
      'default_label_scale',
      'label_sign',
      'cache_dir',
    ],
  },
  {
    title: 'Training',
    effect:
      'How the weights move. `batch_size`, `seq_len` and the frames there are make the number of batches of an epoch: ' +
      '⌊N/(batch_size·seq_len)⌋, for cnn ⌊N/batch_size⌋. Memory grows with their product.',
    options: ['lr', 'batch_size', 'seq_len', 'conv_grad_scaling'],
  },
  {
    title: 'How long, and what is shown',
    effect:
      'When a run ends, what it then does, and what it shows. These may be changed on `--resume`; a larger `epochs` makes a finished run go on.',
    options: ['epochs', 'patience', 'max_minutes', 'log_period', 'tensorboard', 'final'],
  },
  {
    title: 'Augmentation and weighting',
    effect:
      'Applied to training batches only, never to validation or test. The printed losses are unweighted, so that runs with ' +
      'different weighting can be compared. The published `perspective_speed` corrects the label of a view half a metre aside by ' +
      '0.02 per km, which is nothing, so the model learns not to come back ([drives.md](drives.md#what-it-took)); 3 asks for what a driver does at 9 m/s.',
    options: ['curve_factor', 'shadow_gamma', 'darkening_ratio', 'perspective', 'perspective_speed'],
  },
  {
    title: 'wm',
    effect:
      'The wiring of the neural circuit policy and its solver. The seven numbers, with the terms of the NCP packages, draw a ' +
      'wiring of one’s own as the paper draws its; their defaults are the paper’s, so that each can be changed alone. ' +
      '`wm_size fully` or `rand`, other numbers, and a file (`wiring`) exclude each other.',
    options: ['wm_size', ...Object.keys(WM_NUMBERS), 'wiring', 'solver'],
  },
  {
    title: 'The other models',
    effect: 'Size and form of the cells that wm is compared with, and the dropout of cnn. No effect on wm.',
    options: ['lstm_size', 'lstm_clip', 'lstm_forget_bias', 'ctfeedback', 'sparsity', 'drf', 'dr1', 'dr2'],
  },
  {
    title: 'The machine',
    effect:
      'What computes, and with how many threads. Another `backend` or number of `workers` or `threads` changes results by rounding ' +
      'only, `loaders` not at all. `precision bf16` keeps 8 binary digits instead of 24 between the convolutions ([backends.md](backends.md)); it stays ' +
      'with a run.',
    options: ['backend', 'precision', 'workers', 'loaders', 'threads'],
  },
];

const HEAD = `# Options

Made from \`src/options/\` by \`npm run configs\`. On the command line an option is \`--name value\`, with \`_\` or \`-\`; in a file for
\`--config\` it is \`name: value\`. An option that is on or off is \`--name\` or \`--no_name\`. [All commands](#commands) come after the options of
trainings. A dash stands where a command does not have the option or it has no default.

In parentheses stands what an option needs for an effect. Without it, the option is refused as a flag, and in a file unless its value is
the default, so that a file may list every option. A sweep gives an option, or a setting of \`--set\`, to the runs on which it has an
effect, makes each run once, and refuses what has an effect on none. A run that is resumed keeps what it was started with.

All that is wrong with a command line is said at once, with exit status 2.
`;

/** A command, as the page needs it. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: z.ZodObject;
  /** Flags that say how to run, not what. */
  readonly control?: z.ZodObject;
}

/** Commands whose options are in the groups, and those that train many runs. */
const TRAININGS = ['passive', 'active', 'crossval', 'sweep passive', 'sweep active'];

/**
 * The page.
 *
 * @param commands - all there are
 * @throws Error if an option is in no group or in several, or a group names one that does not exist
 */
export function optionsPage(commands: readonly ListedCommand[]): string {
  const passive = byName(optionsOf(passiveOptions));
  const active = byName(optionsOf(activeOptions));
  const known = new Set([...passive.keys(), ...active.keys()]);
  const grouped = GROUPS.flatMap(({ options }) => options);
  const faults = [
    ...[...known].filter((name) => !grouped.includes(name)).map((name) => `${name} is in no group`),
    ...grouped.filter((name, n) => grouped.indexOf(name) !== n).map((name) => `${name} is in two groups`),
    ...grouped.filter((name) => !known.has(name)).map((name) => `there is no option ${name}`),
  ];
  if (faults.length > 0) throw new Error(`option-table.ts: ${faults.join('; ')}`);
  const sections = GROUPS.map(({ title, effect, options }) => {
    const rows = options.map((name) => row(name, passive.get(name), active.get(name)));
    return [
      `## ${title}`,
      '',
      effect,
      '',
      '| option | values | `passive` | `active` | what |',
      '|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return [HEAD, ...sections, sweepSection(passive), commandSections(commands)].join('\n');
}

/** What a sweep has beside the options of its runs, or with another default. */
function sweepSection(passive: ReadonlyMap<string, OptionDescription>): string {
  const own = optionsOf(sweepPassiveOptions).filter(
    (option) => passive.get(option.name)?.description !== option.description,
  );
  return [
    '## Sweeps',
    '',
    'Of `sweep passive`, `sweep active` (without `folds`) and `crossval` (with `model` for `models`), beside all options of their runs ' +
      'above. `final` is on in the passive ones. [sweeps.md](sweeps.md)',
    '',
    ...ownTable(own),
  ].join('\n');
}

function commandSections(commands: readonly ListedCommand[]): string {
  return [
    '## Commands',
    '',
    'Every command has these; with `--config`, options come from a file. `--debug` of `passive`, `active` and sweeps is their option of ' +
      'that name too.',
    '',
    ...ownTable(optionsOf(everyOptions)),
    ...commands.flatMap(commandSection),
  ].join('\n');
}

function commandSection({ name, summary, options, control }: ListedCommand): string[] {
  const above = TRAININGS.includes(name);
  const own = [...(above ? [] : optionsOf(options)), ...(control ? optionsOf(control) : [])];
  const typedOnly = control ? Object.keys(control.shape).map((flag) => `\`${flag}\``) : [];
  return [
    `### ${name}`,
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.` +
      (above ? ' Its other options are above.' : '') +
      (typedOnly.length > 0 ? ` Not in files: ${typedOnly.join(', ')}.` : ''),
    '',
    ...(own.length > 0 ? ownTable(own) : []),
  ];
}

function ownTable(options: readonly OptionDescription[]): string[] {
  const rows = options.map((option) => {
    const cells = [`\`${option.name}\``, valuesText(option), defaultOf(option), meaning(option)];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| option | values | default | what |', '|---|---|---|---|', ...rows, ''];
}

function row(name: string, passive?: OptionDescription, active?: OptionDescription): string {
  const either = passive ?? active;
  if (!either) throw new Error(`there is no option ${name}`);
  const cells = [`\`${name}\``, valuesText(either), defaultOf(passive), defaultOf(active), meaning(either)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** What it is, and what it needs for an effect. */
function meaning(option: OptionDescription): string {
  const applies = appliesText(option);
  return applies === '' ? option.description : `${option.description} (${applies})`;
}

function defaultOf(option: OptionDescription | undefined): string {
  if (option?.required) return 'required';
  if (option?.default === undefined || option.kind === 'list') return '–';
  return String(option.default);
}

const byName = (options: readonly OptionDescription[]) =>
  new Map(options.map((option) => [option.name, option]));
