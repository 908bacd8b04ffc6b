/**
 * How an option is declared, and the options that several commands have, once: what each takes and means, with its unit. A command
 * chooses the default, or says what counts where nothing is given. The options of each command are in the other files, a file a
 * group of commands.
 */
import { z } from 'zod';
import { hasControlCharacters } from '../text/printable.ts';

/**
 * When an option has an effect: while another one is one of these values, or is none of those. `undefined` stands for not given.
 * Several conditions hold together.
 */
export interface Condition {
  readonly option: string;
  readonly is?: readonly unknown[];
  readonly isNot?: readonly unknown[];
}

export const only = (option: string, ...is: readonly unknown[]): Condition => ({ option, is });
export const not = (option: string, ...isNot: readonly unknown[]): Condition => ({ option, isNot });

/** What an option may have beside its type. */
export interface More {
  /** In place of the description that it has elsewhere: why a command has another default. */
  readonly description?: string;
  /** Noun for what it names, for messages: `unknown solver "rk"`. */
  readonly title?: string;
  /** When it has an effect; always, if there is none. Checked and shown by applies.ts. */
  readonly applies?: readonly Condition[];
  /** Where the command will write: checked before it works (cli/out-path.ts). */
  readonly writes?: 'file' | 'folder';
  /** Its value where it is typed without one. */
  readonly bare?: string;
  /** Given several times, the values are joined by spaces. */
  readonly adds?: boolean;
}

/** What an option takes and means, before a command has given it a default. */
export interface Field<Type extends z.ZodType> {
  readonly required: Type;
  /** With a default. @param own - what it has in this command beside */
  or(fallback: z.output<Type>, own?: More): z.ZodDefault<Type>;
  /** Without one. @param otherwise - what counts where it is not given */
  open(otherwise?: string, own?: More): z.ZodOptional<Type>;
}

/** Declares an option. All that it becomes in commands is the same object inside. */
export function field<Type extends z.ZodType>(type: Type, description: string, more: More = {}): Field<Type> {
  const required = type.meta({ description, ...more });
  return {
    required,
    or: (fallback, own) => required.default(fallback as never).meta({ description, ...more, ...own }),
    open(otherwise, own) {
      const what = own?.description ?? description;
      const whole = otherwise === undefined ? what : `${what}; not given: ${otherwise}`;
      return required.optional().meta({ ...more, ...own, description: whole });
    },
  };
}

/** What a schema declares an option with, without the default: the same object in all commands that share it. */
export function declaredBy(option: z.ZodType): z.ZodType {
  const { innerType } = option.def as { innerType?: z.ZodType };
  return innerType ?? option;
}

/** A text that matches a pattern, and in words what matches. */
export const matching = (pattern: RegExp, form: string) => z.string().regex(pattern).meta({ form });

/**
 * Any text of one line. A line end in it would begin a line of its own in whatever is written of it: a command in a batch
 * script, a row in a table.
 */
export const text = z
  .string()
  .refine((value) => !hasControlCharacters(value))
  .meta({ form: 'a text without line ends and other control characters' });

const positive = z.number().gt(0);
const count = z.int().min(1);

/** @returns false or true; typed without a value */
export const flag = (description: string, more: More = {}) => field(z.boolean(), description, more).or(false);

// What computes.

export const backend = field(
  z.enum(['auto', 'tensorflow', 'wasm', 'native']),
  'what computes; auto: the first of tensorflow and wasm that works',
  { title: 'backend' },
);

// Frames, and how recordings are read.

export const data = field(text, 'folder of recordings (*.h5), with or without a dataset.yaml');
export const experimentId = field(z.int().min(0), 'the fold whose files are kept for the test: 0 to 9');

export const channelOrder = field(z.enum(['rgb', 'bgr']), 'of the recorded frames');
export const crop = field(text, 'paper, full, or left,top,right,bottom in fractions');
export const labelScale = field(positive, 'factor on the labels');
export const labelSign = field(
  z.union([z.literal(1), z.literal(-1)]),
  'factor that makes a turn to the left positive',
);
export const cacheDir = field(text, 'folder of the cropped frames');
export const folds = field(text, 'paper, auto:K, or a YAML file');
export const compress = flag('compress the frames; slower to write and to read');

/** `250x400` */
export const SIZE = /^(\d+)[x×](\d+)$/;
const sizeWithin = (smallest: number, largest: number, form: string) =>
  matching(SIZE, form).refine((size) => {
    const { height, width } = sizeOf(size);
    return Math.min(height, width) >= smallest && Math.max(height, width) <= largest;
  });

export const cameraSize = field(
  sizeWithin(16, 4096, 'height and width from 16 to 4096, e.g. 250x400'),
  'height and width of the camera’s frames, pixels',
);
export const scaledSize = field(
  sizeWithin(1, Number.MAX_SAFE_INTEGER, 'height and width, e.g. 250x400'),
  'height and width to scale the frames to, pixels',
);

/** @param size - that the schema has let through */
export function sizeOf(size: string): { height: number; width: number } {
  const [height, width] = (SIZE.exec(size) ?? []).slice(1).map(Number);
  return { height, width };
}

// Steering, as others record it.

export const wheelbase = field(positive, 'distance of the axles, m');
export const steeringRatio = field(positive, 'degrees of what is recorded for one of the front wheels');
export const steeringSign = field(
  z.union([z.literal(1), z.literal(-1)]),
  '1: positive steering is to the left; -1: to the right',
);

// Pixel noise.

export const noise = field(
  z.number().min(0),
  'σ of Gaussian noise on every pixel, of frames in 0..1; the paper’s: 0.1, 0.2, 0.25, 0.3',
);
/** σ of the noise, each once. */
export const noiseLevels = matching(
  /^\d*\.?\d+(,\d*\.?\d+)*$/,
  'one or several numbers from 0, each once, e.g. 0,0.1,0.2',
).refine((levels) => new Set(levels.split(',').map(Number)).size === levels.split(',').length);
export const noiseSeed = field(z.int().min(0), 'of the noise');

// What is written, and how.

export const outFolder = field(text, 'folder to write into', { writes: 'folder' });
export const outFile = field(text, 'file to write', { writes: 'file' });
export const safeCsv = flag('CSV: an apostrophe before texts that a spreadsheet would compute (= + - @)');
export const video = flag('also make a video (PNG files without ffmpeg)');
export const force = flag('delete what an earlier run has left in the folder, and make it anew');
export const dryRun = flag('print the plan, and end');

// Work.

export const workers = field(count, 'recordings made at a time');
export const compat = field(
  z.enum(['none', 'paper']),
  'paper: with the defects of the published scripts (docs/pipeline.md §6)',
  { title: 'compatibility' },
);

/** What the runner of src/cli/command.ts does for every command. */
export const everyOptions = z.strictObject({
  config: field(text, 'read options from a YAML file; flags win over it').open(),
  print_config: flag('print the options as they would be used, as YAML, and end'),
  print_schema: flag('print the JSON Schema of the options, and end'),
  json: flag('print the result as JSON'),
  quiet: flag('print warnings and the result only'),
  debug: flag('print where in the program an error came up'),
});
