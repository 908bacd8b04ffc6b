/**
 * The options of the program: the only place where names, defaults, ranges and meanings stand. Help texts,
 * configuration files and the headers of weights files are made from it (docs/pipeline.md §4 has the paper's).
 */
import { z } from 'zod';

/** The recurrent models: a convolution head before a cell. */
export const RECURRENT_MODELS = ['wm', 'lstm', 'gru', 'tf_gru', 'vanilla', 'ctrnn', 'ctgru'] as const;
/** All models, as `--model` takes them. */
export const MODELS = [...RECURRENT_MODELS, 'cnn'] as const;
/** Wirings of `wm`, as `--wm_size` takes them; `small` is another name of `mk2`. */
export const WM_SIZES = ['small', 'mk2', 'fully', 'rand'] as const;
/** Solvers of `wm`, as `--solver` takes them. */
export const SOLVERS = ['semi-implicit', 'euler', 'rk4'] as const;

export type RecurrentModelName = (typeof RECURRENT_MODELS)[number];
export type ModelName = (typeof MODELS)[number];

/** What determines the function a model computes, beside its weights. Recorded in every weights file. */
export const modelOptions = z.strictObject({
  model: z.enum(MODELS).meta({ title: 'model', description: 'the network that is trained' }),
  wm_size: z.enum(WM_SIZES).default('small').meta({ title: 'wiring', description: 'wiring of wm' }),
  solver: z
    .enum(SOLVERS)
    .default('semi-implicit')
    .meta({ title: 'solver', description: 'how wm integrates its differential equations' }),
  lstm_size: z.int().min(1).default(64).meta({ description: 'units of every recurrent cell but wm' }),
  lstm_clip: z
    .number()
    .default(-1)
    .meta({ description: 'bound on the state of lstm, gru, ctrnn and ctgru; 0 or less: none' }),
  lstm_forget_bias: z.number().default(1).meta({ description: 'added to the forget gate of lstm' }),
  ctfeedback: z
    .boolean()
    .default(false)
    .meta({ description: 'the state of ctrnn feeds back into its drive' }),
  sparsity: z.number().lt(1).default(-1).meta({
    description: 'share of the recurrent weights that stays 0, of every cell but wm; 0 or less: none',
  }),
  compat: z
    .enum(['none', 'paper'])
    .default('none')
    .meta({ title: 'compatibility', description: 'paper: with the defects of the published scripts' }),
});

export type ModelOptions = z.output<typeof modelOptions>;
