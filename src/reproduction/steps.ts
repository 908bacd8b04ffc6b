/**
 * The paper as a list of command lines of this program, in order: data, both trainings, test drives, every analysis, the
 * report. Each is run as it stands, so that each can be run alone. The commands compute.
 */
import { join } from 'node:path';
import type { BackendChoice } from '../backend/names.ts';
import { driveName } from '../drive/output-files.ts';
import { RECURRENT_MODELS } from '../options/schema.ts';
import type { Scale } from './scale.ts';

export interface Step {
  /** Unlike any other; a file's name. */
  readonly name: string;
  /** As in the table of commands. */
  readonly command: string;
  /** Behind the command. */
  readonly args: readonly string[];
  /** Steps without which it cannot be, by name. */
  readonly needs: readonly string[];
}

/** Models of the paper's active test drives. */
const DRIVEN_RECURRENT = ['wm', 'lstm', 'ctrnn'] as const;
const DRIVEN = [...DRIVEN_RECURRENT, 'cnn'] as const;
/** Disturbed drives: deviation of the noise, frames in 0..1 (docs/pipeline.md §5). */
const NOISE = '0,0.1,0.2,0.25,0.3';
/** Of the active set; no model is trained on it. */
const SHOWN = '20190628-150233_blue_prius_devens_rightside.h5';
/** Of the page to look through all drives: two frames a second keep it below 50 MB. */
const PAGE_EVERY = '15';
/** Of the paper's sparse recurrent networks. */
const SPARSITY = '0.5,0.9';

/** @param out - folder for everything @param jobs - of the sweeps, as their option */
export function reproductionSteps(
  out: string,
  scale: Scale,
  machine: { readonly backend: BackendChoice; readonly jobs: number },
): Step[] {
  const at = (...path: string[]) => join(out, ...path);
  const sessions = at('sessions');
  const selected = (model: string) => join(sessions, 'final_models', `${model}_session`);
  const all = DRIVEN.map(selected);
  const recording = at('data/active', SHOWN);
  /** Of one road in one go, which a recording of the active set is not. */
  const drive = at('drives', `${driveName('lstm', 0, 0)}.h5`);
  const backend = ['--backend', machine.backend];
  const places = ['--sessions_dir', sessions, '--cache_dir', at('cache')];
  const training = [...places, ...backend, '--jobs', String(machine.jobs)];
  const passive = ['--data', at('data/passive'), '--folds', scale.folds, ...training];
  const active = ['--data', at('data/active'), ...training];
  const chosen = DRIVEN.map((model) => `select ${model}`);
  const { frames, size, drives } = scale;
  const step = (
    name: string,
    command: string,
    args: readonly string[],
    needs: readonly string[] = [],
  ): Step => ({
    name,
    command,
    args,
    needs,
  });
  const generate = (kind: 'passive' | 'active') =>
    step(`data ${kind}`, 'data generate', [
      kind,
      '--out',
      at('data', kind),
      '--frames',
      String(frames[kind]),
      '--size',
      size,
    ]);
  const analysis = (name: string, more: readonly string[], needs: readonly string[] = chosen) =>
    step(`analyse ${name}`, `analyse ${name}`, [...more, '--out', at('analyses', name)], needs);
  return [
    generate('passive'),
    generate('active'),
    step(
      'passive',
      'sweep passive',
      ['--models', RECURRENT_MODELS.join(','), ...scale.passive.recurrent, ...passive],
      ['data passive'],
    ),
    step(
      'passive cnn',
      'sweep passive',
      ['--models', 'cnn', ...scale.passive.cnn, ...passive],
      ['data passive'],
    ),
    step(
      'sparse',
      'sweep passive',
      [
        '--models',
        'lstm',
        '--base_path',
        'sparse',
        '--set',
        `sparsity=${SPARSITY}`,
        ...scale.passive.recurrent,
        ...passive,
      ],
      ['data passive'],
    ),
    step(
      'active',
      'sweep active',
      ['--models', DRIVEN_RECURRENT.join(','), ...scale.active.recurrent, ...active],
      ['data active'],
    ),
    step('active cnn', 'sweep active', ['--models', 'cnn', ...scale.active.cnn, ...active], ['data active']),
    step(
      'results',
      'results',
      [sessions, '--curves', at('curves.svg')],
      ['passive', 'passive cnn', 'active', 'active cnn'],
    ),
    ...DRIVEN.map((model) =>
      step(
        `select ${model}`,
        'active select',
        [join(sessions, 'active', `${model}_session`), '--within', '5%'],
        [model === 'cnn' ? 'active cnn' : 'active'],
      ),
    ),
    step(
      'drives',
      'drive',
      [
        ...all,
        '--compare',
        '--noise',
        NOISE,
        '--runs',
        String(drives.runs),
        '--distance',
        String(drives.metres),
        '--size',
        size,
        ...backend,
        '--out',
        at('drives'),
      ],
      chosen,
    ),
    ...DRIVEN.flatMap((model) => [
      step(
        `replay ${model}`,
        'replay',
        [selected(model), recording, ...backend, '--plot', '--out', at('analyses/replay', model)],
        [`select ${model}`],
      ),
      step(
        `saliency ${model}`,
        'saliency',
        [selected(model), recording, ...backend, '--overlays', '--out', at('analyses/saliency', model)],
        [`select ${model}`],
      ),
    ]),
    analysis('ssim', [...all, '--recording', recording, ...backend]),
    ...['lipschitz', 'pca', 'activity'].map((name) =>
      analysis(name, [...all, drive, ...backend], ['drives']),
    ),
    step('analyse wiring', 'analyse wiring', [selected('wm'), '--out', at('analyses/wiring')], ['select wm']),
    step('analyse sparsity', 'analyse sparsity', [sessions, '--out', at('analyses/sparsity')], ['sparse']),
    step('analyse parameters', 'analyse parameters', ['--csv', at('analyses/parameters.csv')], ['passive']),
    step(
      'widget',
      'widget',
      [at('drives'), '--every', PAGE_EVERY, ...backend, '--out', at('drives.html')],
      ['drives'],
    ),
    step('report', 'report', [out], ['results']),
  ];
}
