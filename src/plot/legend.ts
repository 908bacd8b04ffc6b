/** The legend of a picture, inside its SVG: a sample and a text for each entry, side by side, in as many lines as it takes. */
import type { SvgDocument, SvgElement } from './svg-document.ts';

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  /** Default: line. */
  readonly sample?: 'line' | 'dashed' | 'dot' | 'area';
}

const SAMPLE = 22;
const GAP = 18;
const LINE = 18;
/** Width of a character at the size of the legend, on the average and generously: nothing measures text here. */
const CHARACTER = 6.6;

/** @param width - pixels that there are @returns a group whose first line has its baseline at y = 0 */
export function legend(
  entries: readonly LegendEntry[],
  width: number,
  document: SvgDocument,
): { group: SvgElement; lines: number } {
  const group = document.createElementNS('g');
  group.setAttribute('aria-label', 'legend');
  group.setAttribute('text-anchor', 'start');
  let x = 0;
  let line = 0;
  for (const { label, colour, sample = 'line' } of entries) {
    const room = SAMPLE + 6 + label.length * CHARACTER;
    if (x > 0 && x + room > width) [x, line] = [0, line + 1];
    const entry = document.createElementNS('g');
    entry.setAttribute('transform', `translate(${x},${line * LINE})`);
    entry.appendChild(sampleOf(sample, colour, document));
    const text = document.createElementNS('text');
    text.setAttribute('x', SAMPLE + 6);
    text.textContent = label;
    entry.appendChild(text);
    group.appendChild(entry);
    x += room + GAP;
  }
  return { group, lines: entries.length === 0 ? 0 : line + 1 };
}

function sampleOf(
  sample: NonNullable<LegendEntry['sample']>,
  colour: string,
  document: SvgDocument,
): SvgElement {
  const attributes = {
    line: { name: 'path', d: `M0,-4H${SAMPLE}`, stroke: colour, 'stroke-width': 2 },
    dashed: {
      name: 'path',
      d: `M0,-4H${SAMPLE}`,
      stroke: colour,
      'stroke-width': 2,
      'stroke-dasharray': '5,3',
    },
    dot: { name: 'circle', cx: SAMPLE / 2, cy: -4, r: 4, fill: colour },
    area: { name: 'rect', y: -10, width: SAMPLE, height: 12, fill: colour },
  }[sample];
  const { name, ...rest } = attributes;
  const element = document.createElementNS(name);
  for (const [key, value] of Object.entries(rest)) element.setAttribute(key, value);
  return element;
}
