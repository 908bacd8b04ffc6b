/** A real browser for pages: Debian's chromium, driven by playwright-core, which brings none of its own. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser'];

/** Its path: of NCP_CHROMIUM, else on the path; undefined where there is none. */
export function chromiumPath(): string | undefined {
  const { NCP_CHROMIUM: named, PATH = '' } = process.env;
  const onPath = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return (named === undefined ? onPath : [named]).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Without a screen, and without its sandbox, which root may not have. */
export async function openChromium(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
}
