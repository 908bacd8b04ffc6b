/** `npm run configs`: writes what is made from the schema, the files of `configs/` and `docs/options.md`. */
import { writeFileSync } from 'node:fs';
import { configFiles } from '../src/config/config-files.ts';
import { optionsPage } from '../src/config/option-table.ts';

const files = new Map([...configFiles()].map(([name, text]) => [`configs/${name}`, text]));
for (const [path, text] of files.set('docs/options.md', optionsPage())) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  console.log(path);
}
