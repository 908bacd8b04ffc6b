/** The loss curve of a log: what it shows, where it lies, and that it never ends a run. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BLUE, VERMILION } from '../../plot/colours.ts';
import { LOSS_PLOT_FILE, lossPlotter, lossSvg } from './loss-plot.ts';
import { TRAIN_LOG_COLUMNS, TRAIN_LOG_FILE } from './metrics-log.ts';

const PLOT = { title: 'wm, fold 4', labelScale: 1000, constant: 2 };
const HEADER = TRAIN_LOG_COLUMNS.join(',');
const LOG = `${HEADER}\n0,1.5,1,3,1\n1,1.2,1,1.5,1\n2,1,1,1.75,1\n3,,,1.6,1\n`;

/** The points of a curve of this colour, from the left. */
function curve(svg: string, colour: string): [number, number][] {
  const path =
    new RegExp(`<g[^>]* stroke="${colour}"[^>]*>(?:(?!</g>).)*?<path[^>]* d="([^"]+)"`, 's').exec(svg)?.[1] ??
    '';
  return path
    .split(/[ML]/)
    .slice(1)
    .map((point) => point.split(',').map(Number) as [number, number]);
}

describe('lossSvg', () => {
  it('has validation at the epochs, training in the middle of them, and names the best', async () => {
    const svg = await lossSvg(LOG, PLOT);
    const valid = curve(svg, VERMILION);
    const train = curve(svg, BLUE);
    expect([valid.length, train.length]).toEqual([4, 3]);
    expect(train[0][0]).toBeCloseTo((valid[0][0] + valid[1][0]) / 2);
    // Equal losses lie equally high: training of epoch 0 and validation before epoch 1 are both 1.5.
    expect(train[0][1]).toBeCloseTo(valid[1][1]);
    expect(svg).toContain('best: epoch 1, 1.500');
    expect(svg).toContain('mean squared error, (1/km)²');
    expect(svg).toContain('wm, fold 4');
  });

  it('of equal losses the first is the best, as for checkpoints', async () => {
    expect(await lossSvg(`${HEADER}\n0,1,1,2,1\n1,1,1,2,1\n`, PLOT)).toContain('best: epoch 0,');
  });

  it('is logarithmic where losses span much', async () => {
    const heights = async (values: number[]) =>
      curve(
        await lossSvg(`${HEADER}\n${values.map((v, e) => `${e},,,${v},1`).join('\n')}\n`, PLOT),
        VERMILION,
      );
    const [a, b, c] = (await heights([1000, 100, 10])).map(([, y]) => y);
    expect(b - a).toBeCloseTo(c - b, 1);
    const [d, e, f] = (await heights([3, 2, 1])).map(([, y]) => y);
    expect(e - d).toBeCloseTo(f - e, 1);
  });

  it('draws a log of one row, of none, and one with a loss of 0', async () => {
    for (const log of [`${HEADER}\n`, `${HEADER}\n0,,,1,1\n`, `${HEADER}\n0,0,0,0,0\n1,,,9,1\n`]) {
      expect(await lossSvg(log, { ...PLOT, constant: 0 }), log).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('other label scales stand in the unit', async () => {
    expect(await lossSvg(LOG, { ...PLOT, labelScale: 120 })).toContain('(120·curvature in 1/m)²');
  });
});

describe('lossPlotter', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ncp-train-'));
    writeFileSync(join(folder, TRAIN_LOG_FILE), LOG);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('replaces the picture and sweeps what a killed process left', async () => {
    const plots = join(folder, 'plots');
    mkdirSync(plots);
    writeFileSync(join(plots, '.loss.svg.01234567-89ab-cdef-0123-456789abcdef.tmp'), '');
    writeFileSync(join(folder, LOSS_PLOT_FILE), 'old');
    const notes: string[] = [];
    await lossPlotter(folder, PLOT, (note) => notes.push(note))();
    expect(notes).toEqual([]);
    expect(readdirSync(plots)).toEqual(['loss.svg']);
    expect(readFileSync(join(folder, LOSS_PLOT_FILE), 'utf8')).toBe(await lossSvg(LOG, PLOT));
  });

  it('a failure is said once and thrown never', async () => {
    writeFileSync(join(folder, 'plots'), 'a file');
    const notes: string[] = [];
    const draw = lossPlotter(folder, PLOT, (note) => notes.push(note));
    await draw();
    await draw();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/loss\.svg cannot be drawn, training goes on without: .*EEXIST|ENOTDIR/);
  });
});
