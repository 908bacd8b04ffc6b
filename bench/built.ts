/** The built command line, for benchmarks that start it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What `ncp-train` runs. */
export const ENTRY = fileURLToPath(new URL('../bin/ncp-train.js', import.meta.url));
const BUILT = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** @throws Error if there is no build */
export function requireBuild(): void {
  if (!existsSync(BUILT)) throw new Error('there is no build: npm run build');
}
