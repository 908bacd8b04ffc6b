/**
 * Trains by name in the run folder it is given, with a checkpoint after every batch, until it is killed. Begins with what it
 * finds there, and ends with status 7 if that is not whole. Prints the place of every checkpoint once it is written.
 */
import { useBackend } from '../../src/backend/choose.ts';
import { goBackTo, latestCheckpoint, loadCheckpoint } from '../../src/train/run/checkpoint.ts';
import { isAt, save, trainee } from './train-by-name.ts';

const [folder, keep] = process.argv.slice(2) as [string, 'passive' | 'active'];
await useBackend('wasm');
const who = trainee('wm');
let [epoch, batch] = [0, 0];
const found = await latestCheckpoint(folder);
if (found) {
  const state = await loadCheckpoint(found.path, who.model, who.adam);
  if (found.damaged.length > 0 || !isAt(who, state)) process.exit(7);
  await goBackTo(folder, found.name);
  [epoch, batch] = [state.epoch, state.batch + 1];
}
for (; ; epoch++) {
  for (; batch < 4; batch++) {
    await save(folder, who, epoch, batch, keep);
    process.stdout.write(`${epoch} ${batch}\n`);
  }
  batch = 0;
}
