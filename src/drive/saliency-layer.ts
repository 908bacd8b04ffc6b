/**
 * What a model attends to, drawn into the frames of its drive: the part that it sees turns grey, with what is salient in yellow
 * (VisualBackprop, analyses/saliency/). The model is shown each frame as it was on the drive, pixel noise included.
 */
import { MAP_SIZE, saliencyMaps } from '../analyses/saliency/maps.ts';
import { overlay } from '../analyses/saliency/overlay.ts';
import { scaled } from '../analyses/saliency/visual-backprop.ts';
import { addPixelNoise, type PixelNoise } from '../augment/pixel-noise.ts';
import {
  CROP_BYTES,
  CROP_HEIGHT,
  CROP_WIDTH,
  cropBox,
  cropInto,
  cropPlan,
  type PixelBox,
  parseCrop,
} from '../data/frames/crop.ts';
import { ConfigError } from '../errors.ts';
import { disposeModel } from '../models/model.ts';
import { loadModel, readInput } from '../models/weights-file.ts';

export interface SaliencyLayer {
  /** @param picture - uint8 [H,W,3], changed in place. @param frame - its number in the drive */
  draw(picture: Uint8Array, frame: number): void;
  close(): void;
}

/**
 * The backend is set.
 * @param weights - file of the model that drove
 * @throws ConfigError for a file that does not say what its model sees; DataError where there is none
 */
export async function saliencyLayer(
  weights: string,
  { height, width }: { readonly height: number; readonly width: number },
  noise: PixelNoise,
): Promise<SaliencyLayer> {
  const input = await readInput(weights);
  if (!input)
    throw new ConfigError(`${weights} does not say what its model was trained on; it is not of a run`);
  const spec = parseCrop(input.crop);
  const [plan, box] = [cropPlan(spec, height, width), cropBox(spec, height, width)];
  const model = await loadModel(weights);
  const cropped = new Uint8Array(CROP_BYTES);
  const seen = new Float32Array(CROP_BYTES);
  return {
    draw: (picture, frame) => {
      cropInto(plan, picture, 0, cropped, 0, 'rgb');
      if (noise.sigma > 0) addPixelNoise(cropped, frame, noise, seen);
      else seen.set(cropped);
      drawMap(picture, width, box, saliencyMaps(model, seen));
    },
    close: () => disposeModel(model),
  };
}

/**
 * @param picture - uint8 [H,W,3], changed in place. @param width - W
 * @param box - the part that the model sees
 * @param map - [78,200], 0..1
 */
export function drawMap(picture: Uint8Array, width: number, box: PixelBox, map: Float32Array): void {
  if (map.length !== MAP_SIZE) throw new RangeError(`a map has ${MAP_SIZE} numbers, got ${map.length}`);
  const size = { height: box.bottom - box.top, width: box.right - box.left };
  const part = new Uint8Array(size.height * size.width * 3);
  const rowOf = (v: number) => ((box.top + v) * width + box.left) * 3;
  const bytes = size.width * 3;
  for (let v = 0; v < size.height; v++) part.set(picture.subarray(rowOf(v), rowOf(v) + bytes), v * bytes);
  const drawn = overlay(part, scaled(map, { height: CROP_HEIGHT, width: CROP_WIDTH }, size));
  for (let v = 0; v < size.height; v++) picture.set(drawn.subarray(v * bytes, (v + 1) * bytes), rowOf(v));
}
