/** Maps of many neurons in pictures that a screen can show: so many on each. */
import { onRoadSvg, type RoadMap, type RoadPoints } from './draw-on-road.ts';

const MOST_MAPS = 64;

/** @returns pictures by name: `name`, or where one is not enough `name-1`, `name-2`, … */
export async function roadPages(
  name: string,
  title: string,
  road: RoadPoints,
  maps: readonly RoadMap[],
): Promise<Record<string, string>> {
  const pages = Math.ceil(maps.length / MOST_MAPS);
  const pictures: Record<string, string> = {};
  for (let page = 0; page < pages; page++) {
    const some = maps.slice(page * MOST_MAPS, (page + 1) * MOST_MAPS);
    const ending = pages > 1 ? `-${page + 1}` : '';
    const of = pages > 1 ? ` (${page + 1} of ${pages})` : '';
    pictures[`${name}${ending}`] = await onRoadSvg(`${title}${of}`, road, some, columnsFor(some.length));
  }
  return pictures;
}

/** The most maps that are drawn on one picture of so many. */
export const mapsOnPage = (maps: number): number => Math.min(maps, MOST_MAPS);

function columnsFor(maps: number): number {
  if (maps <= 2) return maps;
  if (maps <= 24) return Math.min(5, Math.ceil(Math.sqrt(maps)));
  return 8;
}
