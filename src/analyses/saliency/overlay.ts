/** Pictures of saliency maps: the map alone in grey, and laid over its frame. */

/** What the paper's colour maps show in several hues, one shows here: brightness alone carries the value, for every eye. */
const HIGHLIGHT = [240, 228, 66] as const; // yellow of the palette in plot/colours.ts
/** How bright the grey frame below is. */
const DIMMED = 0.75;

/**
 * A frame in grey with what is salient in yellow.
 *
 * @param frame - [78·200,3], 0..255
 * @param map - [78·200], 0..1
 * @returns RGB, [78·200,3]
 */
export function overlay(frame: ArrayLike<number>, map: ArrayLike<number>): Uint8Array {
  const rgb = new Uint8Array(map.length * 3);
  for (let i = 0; i < map.length; i++) {
    const [red, green, blue] = [frame[3 * i], frame[3 * i + 1], frame[3 * i + 2]];
    const grey = DIMMED * (0.299 * red + 0.587 * green + 0.114 * blue);
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = Math.round(grey + (HIGHLIGHT[c] - grey) * map[i]);
  }
  return rgb;
}

/** @param map - [78·200], 0..1 @returns RGB, [78·200,3] */
export function inGrey(map: ArrayLike<number>): Uint8Array {
  const rgb = new Uint8Array(map.length * 3);
  for (let i = 0; i < map.length; i++) rgb.fill(Math.round(255 * map[i]), 3 * i, 3 * i + 3);
  return rgb;
}

/** Every pixel as a square of `factor`. @param rgb - [·,width,3] */
export function enlarged(rgb: Uint8Array, width: number, factor: number): Uint8Array {
  const height = rgb.length / 3 / width;
  const result = new Uint8Array(rgb.length * factor * factor);
  const row = new Uint8Array(width * factor * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width * factor; x++) {
      const from = (y * width + Math.floor(x / factor)) * 3;
      for (let c = 0; c < 3; c++) row[3 * x + c] = rgb[from + c];
    }
    for (let copy = 0; copy < factor; copy++) result.set(row, (y * factor + copy) * row.length);
  }
  return result;
}
