/** Results as JSON, in full precision; every run stands in it. */
import type { ModelGroup } from './model-group.ts';
import type { Results } from './results.ts';
import type { RunReading } from './runs/run-reading.ts';

export function resultsAsJson({ tables, comparison, warnings }: Results): string {
  const value = {
    deviation_divisor: 'n',
    tables: tables.map((table) => ({
      kind: table.kind,
      label_scale: table.labelScale,
      models: table.groups.map(modelJson),
      floors: table.floors.map(({ label, data, n, figures, perKilometre, ofConstant }) => ({
        predictor: label,
        data,
        n,
        figures,
        in_1_per_km: perKilometre,
        of_constant: ofConstant,
      })),
      warnings: table.warnings,
      notes: table.notes,
    })),
    ...(comparison ? { comparison } : {}),
    warnings,
  };
  return JSON.stringify(value, null, 2);
}

function modelJson(group: ModelGroup) {
  const { label, model, session, folder, counted, unfinished, missing, figures, perKilometre } = group;
  return {
    label,
    model,
    session,
    folder,
    label_scale: group.labelScale,
    n: counted.length,
    folds: { counted: counted.map(foldOf), unfinished: unfinished.map(foldOf), missing },
    best_epoch: group.bestEpoch,
    figures,
    in_1_per_km: perKilometre,
    of_constant: group.ofConstant,
    runs: [...counted, ...unfinished].map(runJson),
  };
}

const foldOf = ({ fold }: RunReading) => fold;

function runJson({
  folder,
  layout,
  fold,
  state,
  isFinished,
  best,
  epochs,
  data,
  labelScale,
  notes,
}: RunReading) {
  return {
    folder,
    layout,
    fold,
    state,
    finished: isFinished,
    last_epoch: epochs.at(-1)?.epoch ?? null,
    best_epoch: best?.epoch ?? null,
    figures: best?.figures ?? null,
    data,
    label_scale: labelScale,
    notes,
  };
}
