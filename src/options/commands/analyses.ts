/** Options of `ncp-train replay`, `saliency` and `analyse …`: what is made of trained models and recordings. */
import { z } from 'zod';
import {
  backend,
  cacheDir,
  channelOrder,
  compat,
  field,
  flag,
  noise,
  noiseLevels,
  noiseSeed,
  not,
  outFile,
  outFolder,
  safeCsv,
  text,
  video,
} from '../fields.ts';
import { lstmSize, WM_SIZES, wmSize } from '../schema.ts';

const count = z.int().min(1);

/** How recorded frames are read, and what computes. */
export const frames = {
  channel_order: channelOrder.open('as dataset.yaml beside the recording says, else as in training'),
  cache_dir: cacheDir.open('the user’s cache folder'),
  backend: backend.or('auto'),
};

const noisy = {
  noise: noise.open(),
  noise_seed: noiseSeed.or(1, { applies: [not('noise', undefined, 0)] }),
  ...frames,
};

/** `replay`. */
export const replayOptions = z.strictObject({
  ...noisy,
  out: outFolder.open('replay-CHECKPOINT-RECORDING'),
  compat: compat.or('none'),
  plot: flag('also draw the model’s steering beside the driver’s'),
  video,
  frames: flag('also write these frames as PNG files'),
});

/** `saliency`. */
export const saliencyOptions = z.strictObject({
  ...noisy,
  out: outFolder.open('saliency-CHECKPOINT-RECORDING'),
  first: field(z.int().min(0), 'the first frame, from 0').or(0),
  count: field(z.int().min(0), 'how many frames').open('all from there on'),
  maps: flag('also write the maps as PNG files'),
  overlays: flag('also write the frames with the maps over them as PNG files'),
  video,
});

/** `analyse ssim`. */
export const ssimOptions = z.strictObject({
  recording: field(text, 'whose frames are disturbed: HDF5 (.h5) or a NumPy archive (.npz)').required,
  noise: field(noiseLevels, 'σ of each noise, comma-separated, of frames in 0..1').open(
    'the paper’s 0.1,0.2,0.25,0.3',
  ),
  noise_seed: noiseSeed.or(1),
  frames: field(count, 'frames to take, evenly over the recording').or(100),
  drives: field(z.array(text), 'recorded test drives, or folders of them, whose crashes are counted').or([]),
  out: outFolder.or('ssim'),
  ...frames,
  safe_csv: safeCsv,
});

/** `analyse parameters`. */
export const parametersOptions = z.strictObject({
  lstm_size: lstmSize.open('64', { description: 'units of every recurrent cell but wm' }),
  wm_size: wmSize.open('small'),
  wiring: field(text, 'JSON file with a wiring of your own for wm').open(),
  sparsity: field(z.number().gt(0).lt(1), 'share of the recurrent weights that stays 0').open('none'),
  csv: field(text, 'also write the table as CSV', { writes: 'file' }).open(),
  safe_csv: safeCsv,
});

/** `analyse wiring`. */
export const wiringOptions = z.strictObject({
  wiring: field(
    text,
    `instead of a checkpoint, without weights: ${WM_SIZES.join(', ')}, or a JSON file`,
  ).open(),
  out: outFolder.or('analyses/wiring'),
  safe_csv: safeCsv,
});

/** `analyse sparsity`. */
export const sparsityOptions = z.strictObject({
  out: outFolder.or('analyses/sparsity'),
  safe_csv: safeCsv,
});

const ofTraces = (name: string) => ({
  out: outFolder.or(`analyses/${name}`),
  ...frames,
  safe_csv: safeCsv,
});

/** `analyse lipschitz`. */
export const lipschitzOptions = z.strictObject({
  ...ofTraces('lipschitz'),
  jacobian_every: field(count, 'take the Jacobian at every so many-th frame').or(10),
});

/** `analyse pca`. */
export const pcaOptions = z.strictObject(ofTraces('pca'));

/** `analyse activity`. */
export const activityOptions = z.strictObject(ofTraces('activity'));

/** `widget`. */
export const widgetOptions = z.strictObject({
  out: outFile.or('widget.html'),
  every: field(count, 'a picture every so many frames; numbers are of every frame').or(1),
  width: field(count, 'of the pictures, pixels; frames are never enlarged').or(320),
  quality: field(count.max(100), 'of the pictures (WebP), per cent').or(60),
  from: field(z.number().min(0), 'of each drive, from there on, s').or(0),
  to: field(z.number().min(0), 'of each drive, as far as there, s').open('to its end'),
  saliency: field(z.boolean(), 'draw the saliency maps, which take longest').or(true),
  channel_order: frames.channel_order,
  cache_dir: frames.cache_dir,
  backend: backend.or('wasm'), // TensorFlow takes 0.3 GB of memory and spares 2 ms a frame
});

/** `report`. */
export const reportOptions = z.strictObject({
  with: field(z.array(text), 'folders with outputs of analyses, beside those below the folder').or([]),
  out: outFile.open('report.html in the folder'),
  max_mb: field(z.number().gt(0), 'MB, of all pictures together; what is above is named').or(50),
});
