/**
 * What the recordings of a simulated set are called: as the paper's are, so that its ten folds and its active split work
 * as they are (docs/pipeline.md §1).
 */
import { PAPER_FOLDS } from '../../data/batches/folds.ts';
import type { RoadKind } from '../road/road-kind.ts';

/** The paper's recording that is in no fold, and four more such names: recordings that always train. */
const IN_NO_FOLD = [
  '20180728-131056_blue_prius_everett_to_mit.h5',
  '20180706-174512_blue_prius_devens_to_mit.h5',
  '20180713-091827_blue_prius_mit_to_devens.h5',
  '20180724-162205_blue_prius_weston_to_mit.h5',
  '20180727-101944_blue_prius_cambridge_to_devens.h5',
];

/** Training and validation in turn, so that the first two are a set already. */
const ACTIVE = [
  '20190628-094335',
  '20190628-150233',
  '20190723-133449',
  '20190723-134708',
  '20190723-154501',
  '20190723-161821',
].map((time) => `${time}_blue_prius_devens_rightside.h5`);

/** All names of a kind, in the order in which `--recordings` takes them: for `passive` fold by fold. */
export function recordingNames(kind: RoadKind): readonly string[] {
  return kind === 'active' ? ACTIVE : [...PAPER_FOLDS.flat(), ...IN_NO_FOLD];
}

/** The time in a name, `20180705-203123_…`, read as UTC: s since 1970. */
export function startTime(name: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)_/.exec(name) ?? [];
  const [year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
