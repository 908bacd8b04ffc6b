/**
 * Numbers in the names of images, `frame_0001.jpg`, `1_cam.png`: of a log without times they alone tell that frames are
 * missing between two of its rows.
 */
import { basename, extname } from 'node:path';
import { commonest } from './table.ts';

export interface FileNumbers {
  /** Of each name, counted in the step that most have in common: neighbours differ by 1. */
  ordinals: number[];
  /** Each name without its number; another one tells another series. */
  series: string[];
}

/**
 * @param names - file names, in the order of the log
 * @returns undefined where no number in them grows by the same step in at least half of all cases, so that they number
 *   nothing
 */
export function fileNumbers(names: readonly string[]): FileNumbers | undefined {
  const stems = names.map((name) => basename(name, extname(name)));
  const runs = stems.map((stem) => [...stem.matchAll(/\d+/g)]);
  const most = Math.min(...runs.map((each) => each.length));
  // Usually the last number of a name counts; a date or a version may stand behind it.
  for (let back = 1; back <= most; back++) {
    const matches = runs.map((each) => each[each.length - back]);
    const series = matches.map(
      (match, i) => `${stems[i].slice(0, match.index)}#${stems[i].slice(match.index + match[0].length)}`,
    );
    const numbers = matches.map(([text]) => Number(text));
    const steps = numbers.slice(1).map((number, i) => number - numbers[i]);
    const within = steps.filter((_, i) => series[i] === series[i + 1]);
    const step = commonest(within) ?? 0;
    const regular = within.filter((each) => each === step).length;
    if (step > 0 && regular >= steps.length / 2) {
      return { ordinals: numbers.map((number) => number / step), series };
    }
  }
  return undefined;
}
