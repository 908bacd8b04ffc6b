/** The files of `analyse activity`. */
import { join } from 'node:path';
import { type GrowingFile, growingTable } from '../../files/growing-file.ts';
import { makeFolder } from '../../files/whole-file.ts';
import { writeOutputs } from '../../plot/output-folder.ts';
import type { TraceSource } from '../../replay/traces/trace-source.ts';
import { framesToDraw } from '../road/draw-on-road.ts';
import type { DrivenRoad } from '../road/driven-road.ts';
import { mapsOnPage, roadPages } from '../road/pages.ts';
import { type Quantity, quantitiesOf, writeActivity } from './analyse.ts';

const TITLES: Readonly<Record<Quantity, string>> = {
  activity: 'State of each neuron',
  'time-constant': 'Time constant of each neuron (frames)',
  coupling: 'Coupling sensitivity of each neuron (per frame)',
};

/** @returns names of the files @throws DataError if something cannot be written */
export async function writeActivityOf(
  folder: string,
  source: TraceSource,
  road: DrivenRoad,
): Promise<string[]> {
  await makeFolder(folder);
  const { label, neurons, frames } = source;
  const drawn = framesToDraw(frames, mapsOnPage(neurons.length));
  const points = { x: drawn.map((frame) => road.x[frame]), y: drawn.map((frame) => road.y[frame]) };
  const columns = ['frame', 'time', 'x', 'y', ...neurons];
  const files = new Map<Quantity, GrowingFile>();
  const names: string[] = [];
  const pictures: Record<string, string> = {};
  try {
    for (const quantity of quantitiesOf(source)) {
      names.push(`${quantity}-${label}.csv`);
      files.set(quantity, await growingTable(join(folder, names[names.length - 1]), columns));
    }
    const kept = await writeActivity(source, road, files, drawn);
    for (const file of files.values()) await file.finish();
    for (const [quantity, values] of kept) {
      const maps = values.map((ofNeuron, j) => ({ title: neurons[j], values: ofNeuron }));
      const title = `${TITLES[quantity]} of ${label} on the road (${road.source})`;
      Object.assign(pictures, await roadPages(`${quantity}-${label}`, title, points, maps));
    }
  } finally {
    for (const file of files.values()) await file.discard();
  }
  return [...(await writeOutputs(folder, pictures, {})), ...names];
}
