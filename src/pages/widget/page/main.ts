/**
 * The page's script: a time that everything follows, which drives are shown, and the ways to change both: slider, buttons, keys, and the
 * address behind `#`. It loads nothing; all data stand in the page (../layout.ts).
 */
import { Column, element, follow, type Look } from './column.ts';
import type { Scale } from './neuron-map.ts';
import { PictureStrip } from './picture-strip.ts';
import type { Span } from './plot-canvas.ts';
import { crashBeside, neighbour, placeOf, type Series, seriesOf } from './series.ts';
import { reachOf } from './steering-plot.ts';
import { TimeLine } from './time-line.ts';

/** Shown side by side at the start, at most. */
const MOST_AT_START = 4;

const at = <Type extends HTMLElement>(id: string) => document.getElementById(id) as Type;
const slider = at<HTMLInputElement>('time');
const clock = at('clock');
const play = at<HTMLButtonElement>('play');
const speed = at<HTMLSelectElement>('speed');
const spanChoice = at<HTMLSelectElement>('span');
const saliency = at<HTMLInputElement>('saliency');
const opacity = at<HTMLInputElement>('opacity');
const scale = at<HTMLSelectElement>('scale');
const groupChoice = at<HTMLSelectElement>('group');
const help = at<HTMLDialogElement>('help');
const checks: HTMLInputElement[] = [];

const columns = readColumns();
const groups = [...new Set(columns.map(({ series }) => series.info.group))];
const timeLine = new TimeLine();

let time = 0;
let shown: Column[] = [];
let whole: Span = { from: 0, to: 1 };
let reach = 1;
let isPlaying = false;
let address = '';

/** From the blocks of the page, by drive; what was read is taken out of the document. */
function readColumns(): Column[] {
  const texts = new Map<string, string>();
  const numbers: string[] = [];
  for (const block of document.querySelectorAll<HTMLScriptElement>('script[data-part]')) {
    const { part = '', drive = '' } = block.dataset;
    texts.set(`${part} ${drive}`, block.textContent ?? '');
    if (part === 'drive') numbers.push(drive);
    block.remove();
  }
  const strips = new Map<string, PictureStrip>();
  const strip = (block: string) => {
    const made = strips.get(block) ?? new PictureStrip(texts.get(block) ?? '');
    strips.set(block, made);
    return made;
  };
  return numbers.map((drive) => {
    const series = seriesOf(texts.get(`drive ${drive}`) ?? '');
    return new Column(series, strip(`frames ${series.info.framesOf}`), strip(`maps ${drive}`), go);
  });
}

/** Puts drives side by side; the time stays where it is, if they have it. */
function show(chosen: readonly Column[]): void {
  shown = chosen.length > 0 ? [...chosen] : columns.slice(0, 1);
  whole = {
    from: Math.min(...shown.map(({ series }) => series.start)),
    to: Math.max(...shown.map(({ series }) => series.end)),
  };
  reach = reachOf(shown.map(({ series }) => series));
  at('drives').replaceChildren(...shown.map((column) => column.element));
  for (const [n, check] of checks.entries()) check.checked = shown.includes(columns[n]);
  const own = groups.map(columnsOf).findIndex(isShown);
  groupChoice.value = own >= 0 ? String(own) : isShown(columns) ? 'all' : 'own';
  slider.min = String(whole.from);
  slider.max = String(whole.to);
  const withMaps = shown.some(({ series }) => series.info.hasMaps);
  for (const input of [saliency, opacity]) input.disabled = !withMaps;
  go(time);
}

function columnsOf(group: string): Column[] {
  return columns.filter(({ series }) => series.info.group === group);
}

const isShown = (some: readonly Column[]) =>
  some.length === shown.length && some.every((column) => shown.includes(column));

/** Shows a time, s, as near as there is. */
function go(wanted: number): void {
  time = Math.min(Math.max(wanted, whole.from), whole.to);
  draw();
}

function draw(): void {
  slider.value = String(time);
  slider.setAttribute('aria-valuetext', `${time.toFixed(2)} seconds`);
  clock.textContent = `${time.toFixed(2)} s of ${whole.to.toFixed(2)} s`;
  const look: Look = {
    time,
    reach,
    isPlaying,
    span: spanAround(time),
    saliency: saliency.checked,
    opacity: Number(opacity.value) / 100,
    scale: scale.value as Scale,
  };
  timeLine.draw(
    shown.map(({ series }) => series),
    time,
    whole,
  );
  for (const column of shown) column.draw(look);
  if (!isPlaying) writeAddress();
}

/** What the plots show: all, or so many seconds around the time. */
function spanAround(time: number): Span {
  const seconds = Number(spanChoice.value);
  if (seconds === 0 || seconds >= whole.to - whole.from) return whole;
  const from = Math.min(Math.max(time - seconds / 2, whole.from), whole.to - seconds);
  return { from, to: from + seconds };
}

function writeAddress(): void {
  const places = shown.map((column) => columns.indexOf(column)).join(',');
  address = `#t=${time.toFixed(2)}&show=${places}`;
  if (location.hash !== address) location.replace(address);
}

function readAddress(): void {
  if (location.hash === address) return; // written here
  const { time: wanted = time, show: places } = placeOf(location.hash);
  time = wanted;
  show(columnsAt(places) ?? shown);
}

/** @param places - as the address has them */
function columnsAt(places: readonly number[] | undefined): Column[] | undefined {
  const chosen = columns.filter((_, n) => places?.includes(n));
  return chosen.length > 0 ? chosen : undefined;
}

function setPlaying(on: boolean): void {
  if (on && time >= whole.to - 1e-3) time = whole.from;
  isPlaying = on;
  play.textContent = on ? 'pause' : 'play';
  play.setAttribute('aria-pressed', String(on));
  if (!on) {
    draw();
    return;
  }
  let before = performance.now();
  const tick = (now: number) => {
    if (!isPlaying) return;
    const passed = (Math.min(now - before, 250) / 1000) * Number(speed.value);
    before = now;
    if (time + passed >= whole.to) {
      time = whole.to;
      setPlaying(false);
      return;
    }
    go(time + passed);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

const series = (): Series[] => shown.map((column) => column.series);
const step = (direction: 1 | -1) => go(neighbour(series(), time, direction));
const crash = (direction: 1 | -1) => go(crashBeside(series(), time, direction) ?? time);
const choose = (select: HTMLSelectElement, by: 1 | -1) => {
  const choices = [...select.options].filter((option) => !option.hidden);
  const next = choices[choices.findIndex((option) => option.selected) + by];
  if (next === undefined) return;
  select.value = next.value;
  select.dispatchEvent(new Event('change'));
};
const setSaliency = (on: boolean) => {
  if (saliency.disabled) return;
  saliency.checked = on;
  draw();
};

/** What keys do, by `KeyboardEvent.key`; the same words stand in the page's help. */
const KEYS: Record<string, (event: KeyboardEvent) => void> = {
  ' ': () => setPlaying(!isPlaying),
  ArrowLeft: (event) => (event.shiftKey ? go(time - 1) : step(-1)),
  ArrowRight: (event) => (event.shiftKey ? go(time + 1) : step(1)),
  ArrowUp: () => stepNeuron(-1),
  ArrowDown: () => stepNeuron(1),
  Home: () => go(whole.from),
  End: () => go(whole.to),
  c: () => crash(1),
  C: () => crash(-1),
  s: () => setSaliency(!saliency.checked),
  z: () => choose(spanChoice, 1),
  Z: () => choose(spanChoice, -1),
  n: () => choose(scale, scale.selectedIndex === 0 ? 1 : -1),
  '+': () => choose(speed, 1),
  '-': () => choose(speed, -1),
  ']': () => choose(groupChoice, 1),
  '[': () => choose(groupChoice, -1),
  '?': () => (help.open ? help.close() : help.showModal()),
};

function stepNeuron(direction: 1 | -1): void {
  for (const column of shown) column.step(direction);
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  if (help.open && event.key !== '?') return;
  // What a control does with a key of its own goes before.
  if (target instanceof HTMLSelectElement) return;
  if (event.key === ' ' && target.closest('button, summary, input[type=checkbox]')) return;
  if (target === opacity && /^(Arrow|Home|End)/.test(event.key)) return;
  if (/^\d$/.test(event.key)) {
    opacity.value = String(Number(event.key) * 10 || 0);
    setSaliency(event.key !== '0');
    return;
  }
  const action = KEYS[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action(event);
}

function chooseGroup(): void {
  const { value } = groupChoice;
  if (value === 'own') return;
  show(value === 'all' ? columns : columnsOf(groups[Number(value)]));
}

function fillChoices(): void {
  for (const [n, group] of groups.entries()) {
    const option = element('option', '', group);
    option.value = String(n);
    groupChoice.insertBefore(option, groupChoice.querySelector('[value=all]'));
  }
  for (const {
    series: { info },
  } of columns) {
    const label = element('label');
    const check = element('input');
    check.type = 'checkbox';
    check.addEventListener('change', () => show(columns.filter((_, n) => checks[n].checked)));
    checks.push(check);
    label.append(check, ` ${info.title}, ${info.group}`);
    at('choices').append(label);
  }
  at('choose').hidden = columns.length < 2;
  groupChoice.disabled = columns.length < 2;
}

fillChoices();
at('time-line').append(timeLine.plot.canvas);
follow(timeLine.plot.canvas, (x) => go(timeLine.timeAt(x, whole)));
slider.addEventListener('input', () => go(Number(slider.value)));
play.addEventListener('click', () => setPlaying(!isPlaying));
for (const [id, action] of [
  ['frame-before', () => step(-1)],
  ['frame-after', () => step(1)],
  ['crash-before', () => crash(-1)],
  ['crash-after', () => crash(1)],
  ['help-open', () => help.showModal()],
] as const) {
  at(id).addEventListener('click', action);
}
for (const input of [saliency, opacity]) input.addEventListener('input', draw);
for (const select of [spanChoice, scale]) select.addEventListener('change', draw);
groupChoice.addEventListener('change', chooseGroup);
document.addEventListener('keydown', onKey);
window.addEventListener('hashchange', readAddress);
window.addEventListener('resize', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);

const asked = placeOf(location.hash);
time = asked.time ?? 0;
show(columnsAt(asked.show) ?? columnsOf(groups[0]).slice(0, MOST_AT_START));
document.documentElement.dataset.ready = 'true';
