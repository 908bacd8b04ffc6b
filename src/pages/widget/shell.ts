/**
 * The page around the data: head, controls, help. What has names of files in it comes in as data (data-blocks.ts) and is shown as
 * text. The page loads nothing, from nowhere, and tells the browser so; the only script that runs is its own.
 */

import { readFile } from 'node:fs/promises';
import { escaped } from '../report/html.ts';
import { STYLE } from './style.ts';

/** What keys do, as the page's script has it (page/main.ts). */
const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['space'], 'play, pause'],
  [['←', '→'], 'the frame before, after'],
  [['shift + ←', 'shift + →'], 'a second back, on'],
  [['home', 'end'], 'start, end'],
  [['c', 'shift + c'], 'the next crash, the one before'],
  [['s'], 'saliency on, off'],
  [['0', '1', '9'], 'saliency: none, faint to strong'],
  [['↑', '↓'], 'choose a neuron'],
  [['n'], 'colours of neurons: each by its own range, or all by one'],
  [['z', 'shift + z'], 'plots: fewer, more seconds'],
  [['+', '-'], 'faster, slower'],
  [['[', ']'], 'the drives before, the next ones'],
  [['?'], 'this help'],
];

const options = (choices: readonly (readonly [value: string, text: string])[], chosen: string) =>
  choices
    .map(([value, text]) => `<option value="${value}"${value === chosen ? ' selected' : ''}>${text}</option>`)
    .join('');

const SPEEDS = ['0.1', '0.25', '0.5', '1', '2', '4', '8'].map((one) => [one, `${one} ×`] as const);
const SPANS = [
  ['0', 'the whole drive'],
  ['60', '60 s'],
  ['20', '20 s'],
  ['5', '5 s'],
] as const;

/** @param title - of the page */
export function pageStart(title: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<div class="bar"><h1>${escaped(title)}</h1><span id="clock"></span></div>
<input type="range" id="time" min="0" max="1" step="any" value="0" aria-label="time">
<div id="time-line"></div>
<div class="bar">
<button type="button" id="play" aria-pressed="false">play</button>
<button type="button" id="frame-before" aria-label="the frame before">‹ frame</button>
<button type="button" id="frame-after" aria-label="the frame after">frame ›</button>
<button type="button" id="crash-before" aria-label="the crash before">‹ crash</button>
<button type="button" id="crash-after" aria-label="the next crash">crash ›</button>
<label>speed <select id="speed">${options(SPEEDS, '1')}</select></label>
<label>plots <select id="span">${options(SPANS, '0')}</select></label>
<label>neurons <select id="scale">${options(
    [
      ['own', 'each by its own range'],
      ['shared', 'all by one range'],
    ],
    'own',
  )}</select></label>
<label><input type="checkbox" id="saliency" checked> saliency <input type="range" id="opacity" min="0" max="100" value="80" aria-label="opacity of saliency, percent"></label>
<label>drives <select id="group"><option value="all">all</option><option value="own" hidden>own choice</option></select></label>
<button type="button" id="help-open">keys ?</button>
<details id="choose"><summary>choose drives</summary><div id="choices"></div></details>
</div>
</header>
<main id="drives"></main>
<footer>
<p><span class="swatch manual"></span> the model does not drive &nbsp; <span class="swatch crash"></span> crash &nbsp;
<span class="swatch ramp"></span> a neuron from its least to its largest value &nbsp; <span class="swatch none"></span> not a number &nbsp;
the white box in a frame is what the model sees, yellow what it attends to</p>
<p>Drives stand side by side from their starts on, second by second. Where models drive themselves, the same second need not be the same place
on the road. A drive that is over shows its last frame, pale.</p>
</footer>
<dialog id="help" aria-label="keys">
<h2>Keys</h2>
<table>${KEYS.map(
    ([keys, what]) => `<tr><td>${keys.map((key) => `<kbd>${key}</kbd>`).join(' ')}</td><td>${what}</td></tr>`,
  ).join('\n')}</table>
<p>Slider and plots can be dragged. The address behind # names the moment that is shown; it can be kept as a link.</p>
<form method="dialog"><button>close</button></form>
</dialog>
<noscript><p>This page shows its drives by a script, which is switched off here.</p></noscript>
`;
}

/** @param script - the page's own, bundled */
export function pageEnd(script: string): string {
  return `<script>${script.replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`;
}

/**
 * The page's script, bundled by `npm run build` from page/ into a file beside this one.
 * @throws Error in a tree that was not built
 */
export function pageScript(): Promise<string> {
  return readFile(new URL('./page.js', import.meta.url), 'utf8');
}
