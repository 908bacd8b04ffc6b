/** Models of other programs in place of a weights file (Keras' .h5 and .keras, PyTorch's .pt, another's safetensors): each is refused in a sentence. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { File } from 'h5wasm/node';
import { expect, it } from 'vitest';
import { loadHdf5 } from '../../src/data/recordings/hdf5.ts';
import { NcpTrainError } from '../../src/errors.ts';
import { encodeSafetensors } from '../../src/models/safetensors.ts';
import { loadModel } from '../../src/models/weights-file.ts';
import { weightsOf } from '../../src/train/weights-of.ts';
import { temporaryFolder } from '../e2e/command-line.ts';

/** Of an empty ZIP archive, as .keras and .pt files begin. */
const ZIP = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(200)]);

async function keras(path: string) {
  await loadHdf5();
  const file = new File(path, 'w');
  file.create_attribute('model_config', '{}');
  file.create_group('model_weights').create_dataset({ name: 'a', data: new Float64Array(3) });
  file.close();
}

it.each<[string, (path: string) => unknown, string]>([
  ['m.h5', keras, 'a model that Keras wrote'],
  ['m.keras', (path) => writeFileSync(path, ZIP), 'a ZIP archive, as Keras'],
  ['m.pt', (path) => writeFileSync(path, ZIP), 'PyTorch (.pt)'],
  [
    'm.safetensors',
    (path) => {
      const tensor = { shape: [2], data: Float32Array.of(0, 0) };
      writeFileSync(path, encodeSafetensors(new Map([['rnn_cell.w', tensor]]), {}));
    },
    'its header has no format, not "ncp-train 1"; another program wrote it',
  ],
  ['saved_model', (path) => mkdirSync(path), 'is neither a checkpoint'],
])('%s is refused', async (name, write, why) => {
  const path = join(temporaryFolder(), name);
  await write(path);
  const error = await weightsOf(path)
    .then(loadModel)
    .catch((reason) => reason);
  expect(error).toBeInstanceOf(NcpTrainError);
  expect([2, 3]).toContain(error.exitStatus);
  expect(error.message).toContain(path);
  expect(error.message).toContain(why);
});
