/** Cividis, which people with any colour vision see alike (Nuñez et al. 2018), as a table of 256 colours between five of it. */

const STOPS = [
  [0x00, 0x22, 0x4e],
  [0x43, 0x4e, 0x6c],
  [0x7d, 0x7c, 0x78],
  [0xbc, 0xae, 0x6c],
  [0xfe, 0xe8, 0x38],
] as const;

/** What is not a number. */
const NONE = [0xcc, 0x79, 0xa7] as const;

/** [256,3] */
export const RAMP = Uint8Array.from({ length: 256 * 3 }, (_, i) => {
  const place = (Math.floor(i / 3) / 255) * (STOPS.length - 1);
  const stop = Math.min(Math.floor(place), STOPS.length - 2);
  const [before, after] = [STOPS[stop][i % 3], STOPS[stop + 1][i % 3]];
  return Math.round(before + (after - before) * (place - stop));
});

/** Writes the colour of a share 0..1 at a pixel of an image's RGBA. */
export function paint(share: number, pixels: Uint8ClampedArray, at: number): void {
  const level = Math.round(Math.min(Math.max(share, 0), 1) * 255);
  for (let c = 0; c < 3; c++) pixels[at + c] = Number.isNaN(share) ? NONE[c] : RAMP[3 * level + c];
  pixels[at + 3] = 255;
}

/** As CSS has it. */
export function colourOf(share: number): string {
  const pixel = new Uint8ClampedArray(4);
  paint(share, pixel, 0);
  return `rgb(${pixel[0]}, ${pixel[1]}, ${pixel[2]})`;
}
