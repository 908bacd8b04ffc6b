/** Plans: products in their order, session names, and every fault before anything is started. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODELS, passiveOptions } from '../options/schema.ts';
import { foldsAsked } from './fold-list.ts';
import { type PlanRequest, planRuns } from './plan.ts';
import { labelOf, settings } from './settings.ts';

const request = (more: Partial<PlanRequest>): PlanRequest => ({
  command: 'passive',
  models: 'wm',
  training: { base_path: 'session' },
  chosen: new Set<string>(),
  foldCount: () => 10,
  ...more,
});
const names = (more: Partial<PlanRequest>) => planRuns(request(more)).map(({ name }) => name);

describe('planRuns', () => {
  it('is settings × models × folds, in this order', () => {
    expect(names({ models: 'wm,lstm', folds: '0,2', set: 'lr=1e-3,5e-4' })).toEqual(
      ['lr-0.001', 'lr-0.0005'].flatMap((label) =>
        ['wm', 'lstm'].flatMap((model) =>
          [0, 2].map((fold) => `passive/${model}_session-${label}/experiment_${fold}`),
        ),
      ),
    );
  });

  it('has all folds where none are named, and all models for "all"', () => {
    expect(names({ models: 'all' })).toHaveLength(80);
    expect(names({ models: 'all', command: 'active' })).toEqual(MODELS.map((m) => `active/${m}_session`));
  });

  it('gives every run all options, the settings over those for all', () => {
    const [run] = planRuns(
      request({ folds: 'auto:3/1', set: 'lr=0.1', training: { base_path: 'b', lr: 0.2, epochs: 3 } }),
    );
    const wanted = {
      model: 'wm',
      experiment_id: 1,
      folds: 'auto:3',
      base_path: 'b-lr-0.1',
      lr: 0.1,
      epochs: 3,
    };
    expect(run.options).toEqual(passiveOptions.parse(wanted));
  });

  it('gives an option to the runs on which it has an effect, and plans each run once', () => {
    const training = { base_path: 's', lstm_size: 32 };
    const runs = planRuns(
      request({
        models: 'wm,lstm',
        folds: '0',
        set: 'solver=euler,rk4',
        chosen: new Set(['lstm_size']),
        training,
      }),
    );
    expect(runs.map(({ name, options: { solver, lstm_size } }) => [name, solver, lstm_size])).toEqual([
      ['passive/wm_s-solver-euler/experiment_0', 'euler', 64],
      ['passive/lstm_s/experiment_0', 'semi-implicit', 32],
      ['passive/wm_s-solver-rk4/experiment_0', 'rk4', 64],
    ]);
    // What decides is the run's own: without shadows their darkening makes no second run.
    expect(names({ folds: '0', set: 'shadow_gamma=0,1 darkening_ratio=0.3,0.6' })).toEqual(
      ['shadow_gamma-0', 'shadow_gamma-1-darkening_ratio-0.3', 'shadow_gamma-1-darkening_ratio-0.6'].map(
        (label) => `passive/wm_session-${label}/experiment_0`,
      ),
    );
  });

  it('leaves out what the runs do not know: the options of the sweep itself', () => {
    expect(names({ folds: '0', training: { base_path: 's', jobs: 3, executor: 'local' } })).toHaveLength(1);
  });

  it.each<[Partial<PlanRequest>, string]>([
    [{ models: 'wm,lstn' }, 'did you mean "lstm"?'],
    [{ models: '' }, 'a name is empty'],
    [{ models: 'wm', folds: '' }, 'expected numbers such as 0-9'],
    [{ models: 'wm', folds: '3-1' }, 'expected numbers such as 0-9'],
    [{ models: 'wm', foldCount: () => 0 }, 'the sweep has no runs'],
    [{ models: 'wm', set: 'lr' }, 'expected an option and its values'],
    [{ models: 'wm', set: 'lr=' }, 'expected an option and its values'],
    [{ models: 'wm', set: 'lrr=1' }, 'did you mean "lr"?'],
    [{ models: 'wm', set: 'lr=1 lr=2' }, 'lr is given twice'],
    [{ models: 'wm', set: 'lr=1e-3,0.001' }, 'would be the same runs'],
    [{ models: 'wm', set: 'experiment_id=1' }, '--folds names the folds'],
    [{ models: 'wm', set: 'lr=-1' }, 'got -1'],
    [
      { models: 'wm,cnn', set: 'sparsity=0.5' },
      'sparsity has no effect on a run of any of the models wm, cnn',
    ],
    [
      { models: 'lstm', chosen: new Set(['solver']), training: { base_path: 's', solver: 'rk4' } },
      'solver has no effect on a run of model lstm, only with model wm',
    ],
    [{ models: 'ncp' }, 'unknown model "ncp": the neural circuit policy (NCP) is called wm here. Known: wm'],
    [{ models: 'wm', folds: '0-99' }, 'fold 10 is not there; these recordings have folds 0 to 9'],
    [{ models: 'wm', folds: 'auto:3/3', foldCount: () => 3 }, 'fold 3 is not there'],
  ])('refuses %j', (more, message) => {
    expect(() => planRuns(request(more))).toThrow(message);
  });
});

describe('foldsAsked', () => {
  it.each([
    [undefined, undefined, undefined],
    ['0-3', undefined, [0, 1, 2, 3]],
    ['3,0-1,1', undefined, [0, 1, 3]],
    ['auto:5', 'auto:5', undefined],
    ['auto:5/0,2', 'auto:5', [0, 2]],
    ['my/folds.yaml', 'my/folds.yaml', undefined],
    ['my/folds.yaml/1', 'my/folds.yaml', [1]],
    ['paper/9', 'paper', [9]],
  ])('%j is cut %j, folds %j', (text, cut, folds) => {
    expect(foldsAsked(text)).toEqual({ cut, folds });
  });
});

it('every combination has a label of its own, and there are as many as the product', () => {
  const axis = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(axis, axis, axis, (epochs, seeds, seqLens) => {
      const text = `epochs=${epochs} seed=${seeds} seq-len=${seqLens}`;
      const all = settings(text, passiveOptions);
      expect(all).toHaveLength(epochs.length * seeds.length * seqLens.length);
      expect(new Set(all.map(labelOf)).size).toBe(all.length);
      for (const one of all) expect(labelOf(one)).toMatch(/^[\w.-]+$/);
    }),
  );
});
