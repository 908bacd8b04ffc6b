/** The page's script, bundled by `npm run build` from page/ into a file beside this one. */
import { readFile } from 'node:fs/promises';

/** @throws Error in a tree that was not built */
export function pageScript(): Promise<string> {
  return readFile(new URL('./page.js', import.meta.url), 'utf8');
}
