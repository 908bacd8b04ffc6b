/** The numbers of a drive as the page uses them, read from its block of JSON (../layout.ts). Knows nothing of the page around. */
import { NO_NUMBER, type PageDrive, TOP } from '../layout.ts';

export interface Curve {
  readonly name: string;
  readonly isModel: boolean;
  /** [N], 1/km; NaN where it is not known. */
  readonly values: Float32Array;
}

/** The states of U neurons. */
export interface Neurons {
  readonly names: readonly string[];
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** Of a frame's neuron: 0..1 between its least and largest; NaN for what is not finite. */
  share(frame: number, neuron: number): number;
  value(frame: number, neuron: number): number;
}

export interface Series {
  readonly info: PageDrive;
  /** [N], s, growing. */
  readonly times: Float32Array;
  readonly start: number;
  readonly end: number;
  readonly curves: readonly Curve[];
  /** [N], 1 where the model drove. */
  readonly autonomous: Uint8Array | undefined;
  readonly neurons: Neurons | undefined;
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const floats = (base64: string) => new Float32Array(bytesOf(base64).buffer);

/** @param json - of a block */
export function seriesOf(json: string): Series {
  const info: PageDrive = JSON.parse(json);
  const times = floats(info.times);
  return {
    info,
    times,
    start: times[0],
    end: times[times.length - 1],
    curves: info.curves.map((curve) => ({ ...curve, values: floats(curve.values) })),
    autonomous: info.autonomous === undefined ? undefined : bytesOf(info.autonomous),
    neurons: info.neurons && neuronsOf(info.neurons),
  };
}

function neuronsOf({ names, low, high, levels }: NonNullable<PageDrive['neurons']>): Neurons {
  const [least, largest] = [floats(low), floats(high)];
  const steps = new Uint16Array(bytesOf(levels).buffer);
  const U = names.length;
  const share = (frame: number, neuron: number) => {
    const level = steps[frame * U + neuron];
    return level === NO_NUMBER ? Number.NaN : level / TOP;
  };
  return {
    names,
    low: least,
    high: largest,
    share,
    value: (frame, neuron) => least[neuron] + share(frame, neuron) * (largest[neuron] - least[neuron]),
  };
}

/** Times are told apart above this, s: they are float32. */
const SAME = 1e-4;

/** The last frame at or before a time; the first where there is none. */
export function frameAt(times: Float32Array, time: number): number {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (times[middle] <= time + SAME) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The next time after (or, with direction −1, before) one at which any of the drives has a frame; the same time where none has. */
export function neighbour(
  drives: readonly { readonly times: Float32Array }[],
  time: number,
  direction: 1 | -1,
): number {
  let found = time;
  for (const { times } of drives) {
    const at = frameAt(times, time);
    const candidates = [times[at - 1], times[at], times[at + 1]];
    for (const one of candidates) {
      if (one === undefined || (one - time) * direction <= SAME) continue;
      if (found === time || (one - found) * direction < 0) found = one;
    }
  }
  return found;
}

/** The crash after or before a time, of any of the drives; undefined where there is none. */
export function crashBeside(drives: readonly Series[], time: number, direction: 1 | -1): number | undefined {
  const times = drives
    .flatMap(({ info, times: own }) => info.crashes.map((frame) => own[frame]))
    .filter((one) => (one - time) * direction > SAME);
  if (times.length === 0) return undefined;
  return direction === 1 ? Math.min(...times) : Math.max(...times);
}

/** What `#t=12.4&show=0,2` says; what cannot be read is left out. */
export function placeOf(hash: string): { time?: number; show?: number[] } {
  const words = new URLSearchParams(hash.replace(/^#/, ''));
  const time = Number.parseFloat(words.get('t') ?? '');
  const show = words
    .get('show')
    ?.split(',')
    .filter((one) => /^\d+$/.test(one))
    .map(Number);
  return { ...(Number.isFinite(time) ? { time } : {}), ...(show?.length ? { show } : {}) };
}

/** Three digits, with a true minus; `–` for what is not finite. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const text =
    size >= 1 || size === 0
      ? size.toFixed(Math.max(0, 2 - Math.floor(Math.log10(size || 1))))
      : size.toPrecision(2);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
