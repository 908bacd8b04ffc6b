/**
 * A picture of a page as a browser shows it, as the docs have them:
 *
 *   npx tsx scripts/screenshot.ts PAGE PNG [WIDTHxHEIGHT] [HASH] [dark]
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { openChromium } from '../test/chromium.ts';

const [page, png, size = '1280x900', hash = '', look = 'light'] = process.argv.slice(2);
if (png === undefined)
  throw new Error('usage: npx tsx scripts/screenshot.ts PAGE PNG [WIDTHxHEIGHT] [HASH] [dark]');
const [width, height] = size.split('x').map(Number);
const browser = await openChromium();
try {
  const colorScheme = look === 'dark' ? 'dark' : 'light';
  const tab = await browser.newPage({ viewport: { width, height }, colorScheme });
  await tab.goto(`${pathToFileURL(resolve(page)).href}${hash}`);
  await tab.waitForTimeout(500); // pictures are decoded
  const taken = await tab.screenshot();
  await sharp(taken).png({ palette: true, quality: 90, effort: 10 }).toFile(png);
} finally {
  await browser.close();
}
