/** `npm run configs`: writes the files of `configs/` that are made from the schema. */
import { writeFileSync } from 'node:fs';
import { configFiles } from '../src/config/config-files.ts';

for (const [name, text] of configFiles()) {
  writeFileSync(new URL(`../configs/${name}`, import.meta.url), text);
  console.log(`configs/${name}`);
}
