/**
 * `widget` on the built command line: what it says and leaves; and its page in a real browser, opened from the disk: what it paints, what
 * slider and keys change, and that it asks nobody for anything.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useBackend } from '../../src/backend/choose.ts';
import { buildModel } from '../../src/models/registry.ts';
import { saveModel } from '../../src/models/weights-file.ts';
import { modelOptions } from '../../src/options/schema.ts';
import { seriesOf } from '../../src/pages/widget/page/series.ts';
import { openChromium } from '../chromium.ts';
import { makeDrive } from '../made-drives.ts';
import { requirement } from '../require.ts';
import { ncpTrain, start, until } from './command-line.ts';

const root = mkdtempSync(join(tmpdir(), 'widget-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const drives = join(root, 'drives');
const weights = join(root, 'wm.safetensors');
const out = join(root, 'page.html');
/** As a file could be called by somebody who means no good. */
const EVIL = `<img src=x onerror="document.title='caught'"></script><script>document.title='caught'</script>`;
let ended: Awaited<ReturnType<typeof ncpTrain>>;

/** A cut of the page: the text of a block. */
const block = (page: string, part: string, drive: number) =>
  new RegExp(`data-part="${part}" data-drive="${drive}">([^<]*)</script>`).exec(page)?.[1] as string;

beforeAll(async () => {
  await useBackend('wasm');
  await saveModel(weights, buildModel(modelOptions.parse({ model: 'wm' }), 1), {
    height: 78,
    width: 200,
    crop: '0,0.3,1,0.9',
    channel_order: 'rgb',
    label_scale: 500,
    label_sign: 1,
    rate_hz: 30,
  });
  const attributes = { checkpoint: weights, noise: 0, noise_seed: 1, road_seed: 1, run: 1 };
  const wm = { ...attributes, model: 'wm' };
  await makeDrive(join(drives, 'a_noise0_run01.h5'), { units: 19, manual: [4, 8], attributes: wm });
  await makeDrive(join(drives, 'b_noise0_run01.h5'), {
    units: 3,
    frames: 8,
    attributes: { ...attributes, model: 'gru' },
    output: (n) => (n === 2 ? Number.NaN : -n),
    state: (n, u) => (n === 1 && u === 1 ? Number.NaN : 5),
  });
  await makeDrive(join(drives, 'c_noise0.1_run01.h5'), {
    frames: 5,
    attributes: { ...attributes, checkpoint: '', model: EVIL, noise: 0.1 },
  });
  await makeDrive(join(drives, 'd_noise0_run02.h5'), { hasFrames: false, attributes: { ...wm, run: 2 } });
  ended = await ncpTrain(['widget', drives, '--out', out, '--backend', 'wasm', '--json']);
});

describe('widget', () => {
  it('writes one page, and says what is in it', () => {
    expect(ended.status, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('left out: ');
    expect(ended.stderr).toContain('d_noise0_run02.h5 holds no camera frames');
    expect(readdirSync(root).sort()).toEqual(['drives', 'page.html', 'wm.safetensors']);
    const result = JSON.parse(ended.stdout);
    expect(Object.keys(result)).toEqual([
      'out',
      'bytes',
      'pictures',
      'frame_bytes',
      'map_bytes',
      'drives',
      'notes',
    ]);
    expect(result).toMatchObject({ out, bytes: readFileSync(out).length, pictures: 25 });
    expect(result.drives).toMatchObject([
      {
        title: 'wm',
        group: 'run 1, noise 0',
        frames: 12,
        pictures: 12,
        saliency: true,
        neurons: 19,
        crashes: 1,
        remarks: [],
      },
      {
        title: 'gru',
        group: 'run 1, noise 0',
        frames: 8,
        pictures: 8,
        saliency: true,
        neurons: 3,
        crashes: 0,
      },
      { title: EVIL, group: 'run 1, noise 0.1', frames: 5, saliency: false, neurons: 0, checkpoint: null },
    ]);
    expect(result.drives[1].remarks).toEqual([
      'One value of gru: not a number.',
      'One value of neurons: not a number.',
    ]);
    expect(result.drives[2].remarks).toEqual([
      expect.stringContaining('in a unit that neither the recording says'),
      'The recording holds no states of neurons.',
      'There are no saliency maps: no network drove.',
    ]);
  });

  it('the page holds every frame as a picture, and every number', async () => {
    const page = readFileSync(out, 'utf8');
    const frames = block(page, 'frames', 0).trimEnd().split('\n');
    expect(frames).toHaveLength(12);
    const { data, info } = await sharp(Buffer.from(frames[9], 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([80, 40]);
    expect(Math.abs(data[0] - (60 + (180 * 9) / 12))).toBeLessThan(8); // the sky of frame 9
    expect(block(page, 'maps', 0).trimEnd().split('\n')).toHaveLength(12);
    expect(block(page, 'maps', 2)).toBeUndefined();
    const { info: drive, curves, neurons, autonomous, times } = seriesOf(block(page, 'drive', 0));
    expect(drive.view).toEqual({ left: 0, top: 0.3, right: 1, bottom: 0.9 });
    // Outputs 2n in units of 500 · 1/m are 4n 1/km; driven was n/1000 1/m.
    expect(Array.from(curves[0].values)).toEqual(Array.from({ length: 12 }, (_, n) => 4 * n));
    expect(curves[1].values[7]).toBeCloseTo(7, 5);
    expect(neurons?.value(6, 3)).toBeCloseTo(3 - 0.6, 4);
    expect(Array.from(autonomous ?? [])).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(drive.crashes).toEqual([4]);
    expect(times[11]).toBeCloseTo(11 / 30, 5);
    // Nothing leads out of the page, and no name became a tag of it.
    expect(page).not.toMatch(/https?:|<link|<iframe|<img|url\(/);
    expect(page.match(/<script/g)).toHaveLength(3 + 2 + 3 + 1); // frames, maps, numbers, its own
  });

  it('replays: the model is run again, over one recording with one set of pictures; fewer, smaller, of a part', async () => {
    const folder = join(root, 'replayed');
    const recording = join(drives, 'a_noise0_run01.h5');
    for (const [name, more] of [
      ['clean', []],
      ['noisy', ['--noise', '0.1']],
    ] as const) {
      const place = ['--out', join(folder, name), '--backend', 'wasm', ...more];
      const { status, stderr } = await ncpTrain(['replay', weights, recording, ...place]);
      expect(status, stderr).toBe(0);
    }
    const path = join(root, 'part.html');
    onTestFinished(() => {
      for (const made of [folder, path]) rmSync(made, { recursive: true });
    });
    const options = [
      '--every',
      '3',
      '--width',
      '40',
      '--from',
      '0.05',
      '--to',
      '0.32',
      '--backend',
      'wasm',
      '--json',
    ];
    const { status, stdout, stderr } = await ncpTrain(['widget', folder, '--out', path, ...options]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const result = JSON.parse(stdout);
    expect(result.drives.map(({ group }: { group: string }) => group)).toEqual([
      'a_noise0_run01.h5',
      'a_noise0_run01.h5, noise 0.1',
    ]);
    expect(result.pictures).toBe(3); // of one recording, so of both
    expect(result.drives[0]).toMatchObject({
      frames: 8,
      pictures: 3,
      saliency: true,
      neurons: 19,
      crashes: 1,
    });
    const page = readFileSync(path, 'utf8');
    expect(page.match(/data-part="frames"/g)).toHaveLength(1);
    const [clean, noisy] = [0, 1].map((drive) => block(page, 'maps', drive));
    expect(clean.trimEnd().split('\n')).toHaveLength(3);
    expect(noisy).not.toBe(clean);
    const series = seriesOf(block(page, 'drive', 0));
    expect(seriesOf(block(page, 'drive', 1)).info.framesOf).toBe(0);
    expect(series.info).toMatchObject({ first: 2, every: 3, width: 40, height: 20, crashes: [2] });
    expect(series.curves.map(({ name }) => name)).toEqual(['wm', 'driver']);
    // The same numbers as the replay wrote down, of the same frames.
    const rows = readFileSync(join(folder, 'clean', 'output.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1);
    const neurons = readFileSync(join(folder, 'clean', 'neurons.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1);
    for (let n = 0; n < 8; n++) {
      expect(series.curves[0].values[n]).toBeCloseTo(Number(rows[n + 2].split(',')[4]), 4);
      expect(series.neurons?.value(n, 5)).toBeCloseTo(Number(neurons[n + 2].split(',')[5]), 4);
    }
  });

  it('bad input: status and message, and no page', async () => {
    const moved = join(root, 'moved.h5');
    await makeDrive(moved, {
      attributes: { model: 'wm', checkpoint: join(root, 'gone'), noise: 0 },
      frames: 3,
    });
    const empty = join(root, 'empty');
    mkdirSync(empty);
    const broken = join(root, 'broken.h5');
    writeFileSync(broken, readFileSync(moved).subarray(0, 3000));
    const training = join(root, 'training.h5');
    await makeDrive(training, { frames: 3 });
    onTestFinished(() => {
      for (const made of [moved, empty, broken, training]) rmSync(made, { recursive: true });
    });
    const before = readdirSync(root).sort();
    const page = ['--out', join(root, 'no.html'), '--backend', 'wasm'];
    const cases = [
      [[join(root, 'nowhere')], 3, 'there is no such file or folder'],
      [[empty], 3, 'there is no drive to look through in it'],
      [[broken], 3, 'broken.h5'],
      [[training], 3, '`ncp-train replay CHECKPOINT'],
      [[moved], 3, 'leave saliency out with --no-saliency'],
      [[drives, '--from', '100', '--no-saliency'], 2, 'asked for was 100'],
      [[drives, '--from', '2', '--to', '1'], 2, '--to 1 lies before --from 2'],
      [[drives, '--every', '0'], 2, 'expected a whole number from 1'],
      [[drives, '--quality', '101'], 2, 'expected a whole number from 1 to 100'],
      [[drives, '--out', join(training, 'page.html')], 3, 'training.h5 is a file, not a folder'],
      [[], 2, 'drive is missing: '],
    ] as const;
    const all = await Promise.all(cases.map(([args]) => ncpTrain(['widget', ...page, ...args])));
    for (const [n, { status, stdout, stderr }] of all.entries()) {
      const [args, exit, message] = cases[n];
      expect([status, stdout, stderr], args.join(' ')).toEqual([exit, '', expect.stringContaining(message)]);
      expect(stderr).not.toContain('    at ');
    }
    expect(readdirSync(root).sort()).toEqual(before);
    // What that message offers.
    const without = await ncpTrain(['widget', moved, ...page, '--no-saliency']);
    expect(without.status, without.stderr).toBe(0);
    expect(without.stdout).toContain('no.html');
    rmSync(join(root, 'no.html'));
  });

  it('stopped by Ctrl-C it leaves no page, and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'widget-stopped-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
    const attributes = { model: 'wm', checkpoint: weights, noise: 0 };
    await makeDrive(join(folder, 'long.h5'), { frames: 1500, attributes });
    const { child, ended } = start([
      'widget',
      join(folder, 'long.h5'),
      '--out',
      join(folder, 'page.html'),
      '--backend',
      'wasm',
    ]);
    await until(() => readdirSync(folder).some((name) => name.startsWith('page.html.tmp-')));
    child.kill('SIGINT');
    const { status, stdout, stderr } = await ended;
    expect([status, stdout]).toEqual([130, '']);
    expect(stderr).toContain('stopped; there is no page');
    expect(readdirSync(folder)).toEqual(['long.h5']);
  });
});

const chromium = requirement('chromium');
describe.skipIf(!chromium.present)(chromium.title('its page in a browser'), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser.close());

  /** Opens the page from the disk; whatever it asks for or complains of fails the test. */
  async function opened(hash = '', width = 1280): Promise<Page> {
    const tab = await browser.newPage({ viewport: { width, height: 900 } });
    tab.setDefaultTimeout(120_000); // a busy machine takes long
    const address = pathToFileURL(out).href;
    const asked: string[] = [];
    tab.on('request', (request) => asked.push(request.url().replace(/#.*/, '')));
    tab.on('console', (message) => asked.push(`console: ${message.text()}`));
    tab.on('pageerror', (error) => asked.push(`error: ${error.message}`));
    tab.on('dialog', (dialog) => asked.push(`dialog: ${dialog.message()}`));
    onTestFinished(async () => {
      expect(await tab.title()).not.toBe('caught');
      await tab.close();
      expect(asked).toEqual([address]);
    });
    await tab.goto(address + hash);
    await tab.waitForSelector('html[data-ready]');
    return tab;
  }

  /** Waits until a drive's canvas shows a frame. */
  const shows = (tab: Page, frame: number, drive = 0) =>
    tab.waitForSelector(`.drive:nth-child(${drive + 1}) .frame[data-frame="${frame}"]`);

  /** Of a drive's canvas: the mean of its reds and of its blues, how far reds are from it, and a pixel of the sky. */
  const pixels = (
    tab: Page,
    drive = 0,
  ): Promise<{ mean: number; blue: number; spread: number; sky: number }> =>
    tab.evaluate(`(() => {
      const shown = document.querySelectorAll('.frame')[${drive}];
      const { width, height } = shown;
      const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
      context.drawImage(shown, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      let [sum, squares, blue] = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) {
        sum += data[i];
        squares += data[i] ** 2;
        blue += data[i + 2];
      }
      const N = width * height;
      const spread = Math.sqrt(squares / N - (sum / N) ** 2);
      return { mean: sum / N, blue: blue / N, spread, sky: data[4 * (3 * width - 3)] };
    })()`);
  const text = (tab: Page, selector: string) => tab.locator(selector).first().innerText();

  it('paints the drives of a group side by side; names stay text', async () => {
    const tab = await opened();
    await shows(tab, 0);
    await shows(tab, 0, 1);
    expect(await tab.locator('.drive h2').allInnerTexts()).toEqual(['wm', 'gru']);
    for (const drive of [0, 1]) expect((await pixels(tab, drive)).spread).toBeGreaterThan(10);
    expect(await text(tab, '.now')).toBe('frame 0, 0.00 s · the model drives');
    await tab.keyboard.press(']');
    await shows(tab, 0);
    expect(await tab.locator('.drive h2').allInnerTexts()).toEqual([EVIL]);
    expect(await text(tab, '.remark')).toContain('in a unit that neither the recording says');
    await tab.keyboard.press(']');
    expect(await tab.locator('.drive').count()).toBe(3);
    await tab.keyboard.press('[');
    await tab.keyboard.press('[');
    expect(await tab.locator('.drive').count()).toBe(2);
    await tab.locator('#choose summary').click();
    await tab.locator('#choices input').nth(1).uncheck();
    expect(await tab.locator('.drive h2').allInnerTexts()).toEqual(['wm']);
    expect(await tab.locator('#group').inputValue()).toBe('own');
  });

  it('slider and keys change frame and values', async () => {
    const tab = await opened();
    await shows(tab, 0);
    const first = await pixels(tab);
    await tab.keyboard.press('ArrowRight');
    await tab.keyboard.press('ArrowRight');
    await tab.keyboard.press('ArrowRight');
    await shows(tab, 3);
    expect((await pixels(tab)).sky).toBeGreaterThan(first.sky + 30);
    expect(await tab.locator('.drive:first-child .values b').allInnerTexts()).toEqual(['12.0', '3.00']);
    await tab.keyboard.press('ArrowLeft');
    await shows(tab, 2);
    expect(await tab.locator('.drive:nth-child(2) .values b').allInnerTexts()).toEqual(['–', '2.00']); // NaN
    await tab.keyboard.press('c');
    await shows(tab, 4);
    expect(await text(tab, '.now')).toBe('frame 4, 0.13 s · the model does not drive');
    await tab.keyboard.press('End');
    await shows(tab, 11);
    expect(await text(tab, '.drive:nth-child(2) .now')).toBe('frame 7, 0.23 s · this drive is over');
    await tab.keyboard.press('Shift+C');
    await shows(tab, 4);
    await tab.keyboard.press('Shift+ArrowLeft');
    await shows(tab, 0);
    const slider = await tab.locator('#time').boundingBox();
    if (!slider) throw new Error('there is no slider');
    await tab.mouse.click(slider.x + slider.width / 2, slider.y + slider.height / 2);
    await shows(tab, 5);
    await tab.keyboard.press('Home'); // the slider has the focus, and keys do what they do elsewhere
    await shows(tab, 0);
    await tab.locator('#frame-after').click();
    await shows(tab, 1);
    const strip = await tab.locator('.steering').first().boundingBox();
    if (!strip) throw new Error('there is no plot');
    await tab.mouse.click(strip.x + strip.width - 56, strip.y + 40);
    await shows(tab, 10);
  });

  it('saliency goes over the frame and away; neurons have names and values', async () => {
    const tab = await opened('#t=0.2&show=0');
    await shows(tab, 6);
    const withMap = await pixels(tab);
    await tab.keyboard.press('s');
    await tab.waitForFunction(
      `!document.querySelector('.frame').getAttribute('aria-label').includes('attends')`,
    );
    const plain = await pixels(tab);
    expect(Math.abs(plain.mean - withMap.mean)).toBeGreaterThan(1);
    await tab.keyboard.press('1');
    await tab.waitForFunction(
      `document.querySelector('.frame').getAttribute('aria-label').includes('attends')`,
    );
    const yellow = async () => {
      const { mean, blue } = await pixels(tab);
      return mean - blue;
    };
    const faint = await yellow();
    await tab.keyboard.press('9');
    await expect.poll(yellow).toBeGreaterThan(faint + 1);
    await tab.keyboard.press('0');
    await tab.waitForFunction(
      `!document.querySelector('.frame').getAttribute('aria-label').includes('attends')`,
    );
    expect((await pixels(tab)).mean).toBeCloseTo(plain.mean, 3);
    const map = await tab.locator('.neurons').boundingBox();
    if (!map) throw new Error('there is no map of neurons');
    await tab.mouse.move(map.x + map.width / 2, map.y + (map.height * 3.5) / 19);
    expect(await text(tab, '.neuron')).toBe('neuron 3: 2.40 (1.90 to 3.00 in this drive)');
    await tab.keyboard.press('ArrowDown');
    expect(await text(tab, '.neuron')).toContain('neuron 4: 3.40');
    const painted = await tab.evaluate(`(() => {
      const canvas = document.querySelector('.neurons');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    })()`);
    expect(painted).toBeGreaterThan(12); // states fall from frame to frame
  });

  it('plays to the end and stops; a link leads to its moment; ? shows the keys', async () => {
    const tab = await opened('#t=0.1&show=1,0');
    await shows(tab, 3);
    expect(await tab.locator('.drive h2').allInnerTexts()).toEqual(['wm', 'gru']);
    await tab.keyboard.press('Space');
    await shows(tab, 11);
    await tab.waitForFunction(`document.getElementById('play').textContent === 'play'`);
    expect(new URL(tab.url()).hash).toBe('#t=0.37&show=0,1');
    await tab.evaluate(`location.hash = '#t=0.2&show=2'`);
    await tab.waitForFunction(`document.querySelectorAll('.drive').length === 1`);
    await tab.keyboard.press('?');
    expect(await tab.locator('#help').isVisible()).toBe(true);
    expect(await text(tab, '#help')).toContain('the next crash');
    await tab.keyboard.press('?');
    expect(await tab.locator('#help').isVisible()).toBe(false);
  });

  it.each([1280, 800])('nothing stands out at %d pixels', async (width) => {
    const tab = await opened('#show=0,1,2', width);
    await shows(tab, 0, 2);
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const boxes = await Promise.all([0, 1, 2].map((n) => tab.locator('.drive').nth(n).boundingBox()));
    expect(boxes[1]?.y).toBe(boxes[0]?.y); // side by side
  });
});
