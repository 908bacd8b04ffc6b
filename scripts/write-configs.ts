/** `npm run configs`: writes what is made from the schema, the files of `configs/` and `docs/options.md`. */
import { writeFileSync } from 'node:fs';
import { listedCommands } from '../src/cli/listed-commands.ts';
import { configFiles } from '../src/options/config-files.ts';
import { optionsPage } from '../src/options/option-table.ts';

const files = new Map([...configFiles()].map(([name, text]) => [`configs/${name}`, text]));
for (const [path, text] of files.set('docs/options.md', optionsPage(await listedCommands()))) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  console.log(path);
}
