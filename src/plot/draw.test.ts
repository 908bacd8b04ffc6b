/** Pictures stand alone: they are whole SVG files, look the same in every viewer, and become PNGs. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { BLUE, GREY, OKABE_ITO, VERMILION } from './colours.ts';
import { drawPlot, type Picture, svgToPng } from './draw.ts';

const rows = Array.from({ length: 12 }, (_, x) => ({ x, y: Math.sin(x), side: x % 2 ? 'odd' : 'even' }));

const lines: Picture = {
  title: 'a < b & "c"',
  legend: [
    { label: 'training', colour: BLUE },
    { label: 'a constant', colour: GREY, sample: 'dashed' },
    { label: 'best', colour: VERMILION, sample: 'dot' },
  ],
  plot: ({ ruleY, lineY, dot }) => ({
    x: { label: 'epoch' },
    y: { label: 'loss (1/km)²', grid: true },
    marks: [
      ruleY([0]),
      lineY(rows, { x: 'x', y: 'y', stroke: BLUE }),
      dot(rows, { x: 'x', y: 'y', fill: VERMILION }),
    ],
  }),
};

/** RGB of a pixel, from the left and from the top. */
async function pixel(svg: string, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(await svgToPng(svg, 1))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Array.from(data.subarray((y * info.width + x) * 3).subarray(0, 3));
}

describe('drawPlot', () => {
  it('has title, legend and axes with units inside, and nothing of a web page', async () => {
    const svg = await drawPlot(lines);
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    for (const text of [
      'a &lt; b &amp; &quot;c&quot;',
      'training',
      'a constant',
      'best',
      'epoch',
      'loss (1/km)²',
    ]) {
      expect(svg, text).toContain(text);
    }
    expect(svg).not.toMatch(/var\(--|<style|class=|undefined|NaN/);
    expect(svg).toContain('font-family=');
  });

  it('is the same text every time', async () => {
    const marked: Picture = {
      title: '',
      plot: ({ lineY }) => ({ marks: [lineY([1, 2], { marker: 'dot', clip: true })] }),
    };
    const svg = await drawPlot(marked);
    expect(svg).toBe(await drawPlot(marked));
    const ids = Array.from(svg.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
    const used = Array.from(svg.matchAll(/url\(#([^)]+)\)/g), ([, id]) => id);
    expect(new Set(used)).toEqual(new Set(ids));
    expect(ids).toHaveLength(2);
  });

  it('is white behind, and shows its colours', async () => {
    const svg = await drawPlot(lines);
    expect(await pixel(svg, 1, 1)).toEqual([255, 255, 255]);
    const { dominant } = await sharp(await svgToPng(svg)).stats();
    expect(dominant).toEqual({ r: 248, g: 248, b: 248 }); // sharp's bin of white
    // The first legend entry's sample: 12 px from the left, 4 px above the baseline at 40.
    expect(await pixel(svg, 20, 36)).toEqual([0x00, 0x72, 0xb2]);
  });

  it('grows by the lines of its legend, and breaks a long one', async () => {
    const height = async (entries: number) => {
      const legend = Array.from({ length: entries }, (_, n) => ({
        label: `recording number ${n}`,
        colour: BLUE,
      }));
      return Number(/ height="(\d+)"/.exec(await drawPlot({ ...lines, legend }))?.[1]);
    };
    expect([await height(0), await height(1), await height(20)]).toEqual([412, 430, 412 + 18 * 5]);
  });

  it.each<[string, Picture['plot']]>([
    [
      'facets, areas, arrows, clipping, lines of text with a halo, markers, a regression',
      (Plot) => ({
        fy: { label: 'side' },
        marks: [
          Plot.frame(),
          Plot.areaY(rows, { x: 'x', y1: 0, y2: 'y', fy: 'side', fillOpacity: 0.2, clip: true }),
          Plot.lineY(rows, { x: 'x', y: 'y', fy: 'side', marker: 'circle-stroke', stroke: VERMILION }),
          Plot.arrow(rows, { x1: 'x', x2: 'x', y1: 0, y2: 'y', fy: 'side' }),
          Plot.text(rows, { x: 'x', y: 'y', text: (row) => `${row.x}\n${row.side}`, stroke: 'white' }),
          Plot.linearRegressionY(rows, { x: 'x', y: 'y' }),
        ],
      }),
    ],
    [
      'cells, with colours by name',
      ({ cell }) => ({
        color: { type: 'categorical', range: [...OKABE_ITO] },
        marks: [cell(rows, { x: 'x', y: 'side', fill: 'side', title: 'side' })],
      }),
    ],
    [
      'bars and a box plot on a logarithmic axis',
      ({ barX, boxX }) => ({
        x: { type: 'log', domain: [0.1, 100] },
        marks: [
          barX(rows, { x1: 1, x2: (row) => row.x + 1, y: 'side' }),
          boxX(rows, { x: (row) => row.x + 1, y: 'side' }),
        ],
      }),
    ],
  ])('draws %s', async (what, plot) => {
    const svg = await drawPlot({ title: what, plot });
    expect(svg).not.toMatch(/undefined|NaN|var\(/);
    expect(svg.match(/<(path|rect)/g)?.length).toBeGreaterThan(10);
    expect((await sharp(Buffer.from(svg)).metadata()).width).toBe(720); // whoever reads SVG takes it
  });

  it("a fault in the options is the caller's to see", async () => {
    const wrong: Picture = { title: '', plot: () => ({ x: { type: 'none' as never } }) };
    await expect(drawPlot(wrong)).rejects.toThrow('unknown scale type: none');
  });
});

describe('svgToPng', () => {
  it('scales', async () => {
    const svg = await drawPlot(lines);
    const { width, height } = await sharp(await svgToPng(svg)).metadata();
    expect([width, height]).toEqual([1440, 860]);
  });
});
