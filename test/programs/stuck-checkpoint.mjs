/** Imported ahead of the program: from the first Ctrl-C on nothing can be renamed, so that no checkpoint is ever finished. */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

process.once('SIGINT', () => {
  fs.rename = () => new Promise((done) => setTimeout(done, 2 ** 31 - 1));
  syncBuiltinESMExports();
});
