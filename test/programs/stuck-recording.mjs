/** Imported ahead of the program, in its threads too: the recording that $STUCK_RECORDING names is written and never gets its name. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const { renameSync } = fs;
fs.renameSync = (from, to) => {
  if (basename(to) === process.env.STUCK_RECORDING)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  renameSync(from, to);
};
syncBuiltinESMExports();
