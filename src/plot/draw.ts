/**
 * Draws with Observable Plot and gives an SVG that stands alone in a file: white background, title and legend inside, fonts
 * that every system has. Plot is loaded when the first picture is drawn, so that nothing else waits for it. Callers say what
 * is drawn: marks and scales are Plot's own (https://observablehq.com/plot/).
 */
import type * as Plot from '@observablehq/plot';
import { INK } from './colours.ts';
import { type LegendEntry, legend } from './legend.ts';
import { SvgDocument, type SvgElement, svgText } from './svg-document.ts';

/** What Plot would put into a web page around the SVG; here it is part of the SVG. */
type InsideThePicture = 'title' | 'subtitle' | 'caption' | 'figure' | 'document' | 'className' | 'style';

export interface Picture {
  readonly title: string;
  /** An entry for every colour or dash that the title does not explain. */
  readonly legend?: readonly LegendEntry[];
  /**
   * Plot's options. Axes carry their units: `x: { label: 'time (s)' }`. Title and legend come on top of the height given here.
   */
  readonly plot: (plot: typeof Plot) => Omit<Plot.PlotOptions, InsideThePicture>;
}

const DEFAULTS = {
  width: 720,
  height: 380,
  marginTop: 32,
  marginRight: 20,
  marginBottom: 38,
  marginLeft: 56,
};
const FONT = 'Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif';
const FONT_SIZE = 12;
/** Pixels at the side of title and legend. */
const EDGE = 12;
/** Pixels from the top to the baseline of the title; and what each line of the legend adds. */
const TITLE_AT = 22;
const LINE = 18;
/** Between these and the label of the vertical axis. */
const AIR = 10;

/** @returns the text of an SVG file */
export async function drawPlot({ title, legend: entries = [], plot }: Picture): Promise<string> {
  const Plot = await import('@observablehq/plot');
  const options = { ...DEFAULTS, ...plot(Plot) };
  const document = new SvgDocument();
  const svg = Plot.plot({ ...options, document: document as never }) as unknown as SvgElement;
  finish(svg);
  const key = legend(entries, options.width - 2 * EDGE, document);
  const head = TITLE_AT + key.lines * LINE + AIR;
  const group = document.createElementNS('g');
  group.setAttribute('transform', `translate(0,${head})`);
  for (const child of [...svg.childNodes]) group.appendChild(child);
  const height = options.height + head;
  setAll(svg, { role: 'img', height, viewBox: `0 0 ${options.width} ${height}` });

  const name = document.createElementNS('title'); // read aloud to those who do not see the picture
  name.textContent = title;
  const background = document.createElementNS('rect');
  setAll(background, { width: '100%', height: '100%', fill: 'white' });
  const heading = document.createElementNS('text');
  setAll(heading, { x: EDGE, y: TITLE_AT, 'font-size': 14, 'font-weight': 'bold', 'text-anchor': 'start' });
  heading.textContent = title;
  key.group.setAttribute('transform', `translate(${EDGE},${TITLE_AT + LINE})`);
  for (const part of [name, background, heading, key.group, group]) svg.appendChild(part);
  return svgText(svg);
}

/** What only a browser would do with the page around the picture is written into the picture. */
function finish(svg: SvgElement): void {
  const style = svg.children.find(({ localName }) => localName === 'style');
  if (style) svg.removeChild(style);
  // Plot names the background by a variable of the page, which viewers other than browsers do not know; and it numbers its
  // markers and clips through the life of the process, so that the same picture would be another text each time.
  const parts = new Map<string, string>();
  for (const element of allOf(svg)) {
    const id = element.getAttribute('id');
    if (id !== null) parts.set(`url(#${id})`, `part-${parts.size + 1}`);
  }
  for (const element of allOf(svg)) {
    for (const [name, value] of element.attributes) {
      const part = parts.get(name === 'id' ? `url(#${value})` : value);
      if (part !== undefined) element.setAttribute(name, name === 'id' ? part : `url(#${part})`);
      if (value === 'var(--plot-background)') element.setAttribute(name, 'white');
    }
  }
  svg.removeAttribute('class');
  setAll(svg, { color: INK, 'font-family': FONT, 'font-size': FONT_SIZE });
}

function allOf(element: SvgElement): SvgElement[] {
  return [element, ...element.children.flatMap(allOf)];
}

function setAll(element: SvgElement, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/**
 * An SVG as PNG, for what does not show SVG.
 *
 * @param svg - text of an SVG file
 * @param scale - pixels of the PNG for one of the SVG; 2 suits today's screens
 */
export async function svgToPng(svg: string, scale = 2): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(svg), { density: 72 * scale })
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
}
